/// Which elements of an XML file matter: a small state machine over element names.
///
/// A *place* is an element on a path that matters, told by its place above and its name; letter
/// case of names does not matter. What lies below an element that does not matter, does not either.
struct XMLPaths: Sendable {
    typealias Place = UInt8
    typealias Tag = UInt8

    /// Above the root element.
    static let document: Place = 0
    /// An element that does not matter.
    static let elsewhere: Place = 255
    static let unknownTag: Tag = 0

    /// A step down: in `parent`, an element `tag` is `place`.
    struct Step {
        let parent: Place
        let tag: String
        let place: Place

        init(_ parent: Place, _ tag: String, _ place: Place) {
            self.parent = parent
            self.tag = tag
            self.place = place
        }
    }

    private let tags: [String: Tag]
    private let table: [Place]
    private let tagCount: Int
    private let captured: [Bool]

    /// - Parameters:
    ///   - steps: The paths.
    ///   - captured: Places whose text is wanted.
    ///   - transparent: Places in which an unknown element changes nothing.
    init(_ steps: [Step], capturing captured: Set<Place>, transparent: Set<Place> = []) {
        var tags: [String: Tag] = [:]
        for step in steps where tags[step.tag.lowercased()] == nil {
            tags[step.tag.lowercased()] = Tag(tags.count + 1)
        }
        tagCount = tags.count + 1
        var table = [Place](repeating: Self.elsewhere, count: 256 * tagCount)
        for place in transparent {
            for tag in 0..<tagCount { table[Int(place) * tagCount + tag] = place }
        }
        for step in steps {
            let tag = Int(tags[step.tag.lowercased()] ?? Self.unknownTag)
            table[Int(step.parent) * tagCount + tag] = step.place
        }
        self.tags = tags
        self.table = table
        self.captured = (0..<256).map { captured.contains(Place($0)) }
    }

    func tag(named name: String) -> Tag { tags[name.lowercased()] ?? Self.unknownTag }

    func place(of tag: Tag, in parent: Place) -> Place {
        table[Int(parent) * tagCount + Int(tag)]
    }

    func captures(_ place: Place) -> Bool { captured[Int(place)] }
}
