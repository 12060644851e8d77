/// Selects the elements of an XML file to read: a small state machine over element names.
///
/// A *place* is a state: the parent's place and the element's name, in any letter case, determine
/// it. An element that lies on none of the given paths is skipped with everything below it.
struct XMLPaths: Sendable {
    typealias Place = UInt8
    typealias Tag = UInt8

    /// The place above the root element.
    static let document: Place = 0
    /// The place of an element that is skipped.
    static let elsewhere: Place = 255
    static let unknownTag: Tag = 0

    /// A step down: inside `parent`, an element named `tag` leads to `place`.
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
    ///   - steps: The steps that make up the paths.
    ///   - captured: Places whose text is collected.
    ///   - transparent: Places in which an element that no step names does not change the place, so
    ///     that its children are read.
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
