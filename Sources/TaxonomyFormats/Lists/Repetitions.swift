import Taxonomy

/// Names that a list gives more than once; each is taken once, with all that the file says of it.
struct Repetitions {
    /// Repeated names that get a note each; the rest are only counted.
    private static let shown = 10

    /// Where a name stands first.
    private struct Place {
        let entry: Int
        let item: Int
    }

    /// What besides the name must be equal for two terms to be one query.
    private struct Scope: Hashable {
        let task: String?
        let vocabulary: String?
        let hide: [String]
        let placing: PlacingScope
    }

    private(set) var notes: [String] = []
    private var count = 0

    /// The entries without repeated names.
    ///
    /// A seed set stands for itself; terms are compared across the whole file.
    mutating func unique(_ entries: [ListFile.Entry]) -> [ListFile.Entry] {
        var kept: [ListFile.Entry] = []
        kept.reserveCapacity(entries.count)
        var terms: [Scope: [String: Place]] = [:]
        for entry in entries {
            var entry = entry
            var alone: [String: Place] = [:]
            switch entry.content {
            case .names(let items):
                entry.content = .names(unique(items, at: kept.count, &alone, &kept))
            case .seeds(let items, let parent):
                entry.content = .seeds(unique(items, at: kept.count, &alone, &kept), parent: parent)
            case .terms(let items):
                let scope = Scope(
                    task: entry.task?.rawValue,
                    vocabulary: entry.vocabulary,
                    hide: entry.hide,
                    placing: entry.scope
                )
                let left = unique(items, at: kept.count, &terms[scope, default: [:]], &kept)
                guard !left.isEmpty || items.isEmpty else { continue }
                entry.content = .terms(left)
            case .tree, .audit, .fault: break
            }
            kept.append(entry)
        }
        if count > Self.shown {
            notes.append("\(count - Self.shown) more repeated names were taken once")
        }
        return kept
    }

    private mutating func unique(
        _ items: [ListFile.Item],
        at entry: Int,
        _ seen: inout [String: Place],
        _ kept: inout [ListFile.Entry]
    ) -> [ListFile.Item] {
        var left: [ListFile.Item] = []
        left.reserveCapacity(items.count)
        for item in items {
            let key = Term.key(item.name)
            // A name without letters and digits has an empty key, which does not make two such
            // names equal.
            let word = key.isEmpty ? "\u{0}" + item.name : key
            guard let place = seen[word] else {
                seen[word] = Place(entry: entry, item: left.count)
                left.append(item)
                continue
            }
            let isHere = place.entry == entry
            guard let first = isHere ? left[place.item] : kept[place.entry].item(place.item),
                first.identifier == item.identifier || first.identifier == nil
                    || item.identifier == nil
            else {
                // The same name under another identifier is another concept.
                left.append(item)
                continue
            }
            let merged = merge(item, into: first)
            if isHere {
                left[place.item] = merged
            } else {
                kept[place.entry].set(merged, at: place.item)
            }
        }
        return left
    }

    /// The first item with what the repeated one adds.
    private mutating func merge(
        _ item: ListFile.Item,
        into first: ListFile.Item
    ) -> ListFile.Item {
        var merged = first
        merged.identifier = first.identifier ?? item.identifier
        merged.synonyms += item.synonyms.filter { !first.synonyms.contains($0) }
        merged.parents += item.parents.filter { !first.parents.contains($0) }
        merged.definition = first.definition ?? item.definition
        merged.references += item.references.filter { !first.references.contains($0) }
        count += 1
        let isLost = item.definition != nil && item.definition != merged.definition
        if isLost || count <= Self.shown {
            notes.append(
                """
                line \(item.line): “\(Text.cut(item.name))” repeats line \(first.line); it was taken \
                once\(isLost ? ", and its other definition was not used" : "")
                """
            )
            if count > Self.shown { count -= 1 }
        }
        return merged
    }
}

extension ListFile.Entry {
    /// The item at an index, if the entry holds terms.
    fileprivate func item(_ index: Int) -> ListFile.Item? {
        guard case .terms(let items) = content, index < items.count else { return nil }
        return items[index]
    }

    fileprivate mutating func set(_ item: ListFile.Item, at index: Int) {
        guard case .terms(var items) = content else { return }
        items[index] = item
        content = .terms(items)
    }
}
