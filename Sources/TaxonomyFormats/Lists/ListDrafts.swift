import Contract

/// The entries of a list while it is read; merges bare names and notes what was merged.
struct ListDrafts {
    private(set) var entries: [ListFile.Entry] = []
    private(set) var notes: [String] = []
    private var bareNames: Int?
    private var records: [Int] = []
    private var recordsHaveDetails = false
    var force = false
    /// The formats of change sets that the file asks for.
    var formats: [String]?
    /// The columns of a table, as they were understood.
    var columns: [ListFile.Column] = []

    /// Adds bare names.
    ///
    /// All bare names of a file form one entry, so that `["a", "b"]` and two lines mean the same.
    mutating func add(_ items: [ListFile.Item]) {
        guard let first = items.first else { return }
        if let bareNames, case .names(let before) = entries[bareNames].content {
            entries[bareNames].content = .names(before + items)
        } else {
            bareNames = entries.count
            entries.append(.init(.names(items), line: first.line))
        }
    }

    mutating func add(_ entry: ListFile.Entry) {
        if case .names(let items) = entry.content, entry.isBare {
            add(items)
        } else {
            entries.append(entry)
        }
    }

    /// Adds an object or table row that gives a name and perhaps a definition or synonyms.
    ///
    /// A single one with such details turns all of them into terms to place, because a seed needs
    /// none.
    mutating func add(record: ListFile.Entry, hasDetails: Bool) {
        recordsHaveDetails = recordsHaveDetails || hasDetails
        records.append(entries.count)
        entries.append(record)
    }

    private mutating func resolveRecords() {
        var bare: [ListFile.Item] = []
        var kept: [ListFile.Entry] = []
        let isRecord = Set(records)
        for (index, var entry) in entries.enumerated() {
            if isRecord.contains(index), case .names(let items) = entry.content {
                if recordsHaveDetails {
                    entry.content = .terms(items)
                } else if entry.isBare {
                    bare += items
                    continue
                }
            }
            kept.append(entry)
        }
        entries = kept
        bareNames = entries.firstIndex {
            guard case .names = $0.content else { return false }
            return $0.isBare
        }
        add(bare)
    }

    /// Gives up the identifiers of objects if they count the objects from 0 or 1.
    mutating func dropRowNumbers() {
        var expected: Int?
        for index in records {
            guard case .names(let items) = entries[index].content, let item = items.first,
                let number = item.identifier.flatMap({ Int($0) }), number == expected ?? number,
                expected != nil || number == 0 || number == 1
            else { return }
            expected = number + 1
        }
        guard expected != nil else { return }
        for index in records {
            guard case .names(var items) = entries[index].content else { continue }
            for item in items.indices { items[item].identifier = nil }
            entries[index].content = .names(items)
        }
        note("the identifiers count the objects; such numbers are no identifiers")
    }

    /// Merges all rows of a table whose task is `expand` into one seed set.
    mutating func gatherSeeds() {
        var seeds: [ListFile.Item] = []
        var first: Int?
        var kept: [ListFile.Entry] = []
        for entry in entries {
            if entry.task == .expand, case .names(let items) = entry.content {
                seeds += items
                if first == nil {
                    first = kept.count
                    kept.append(entry)
                }
            } else {
                kept.append(entry)
            }
        }
        guard let first else { return }
        kept[first].content = .seeds(seeds, parent: nil)
        entries = kept
        bareNames = nil
        records = entries.indices.filter { entries[$0].task == nil }
    }

    /// Adds a note unless it is there already.
    mutating func note(_ note: String) {
        if !notes.contains(note) { notes.append(note) }
    }

    /// Builds the list from the entries.
    ///
    /// - Throws: `emptyList`, or the first entry's fault if every entry has one.
    consuming func finish(
        fileName: String,
        format: ListFile.Format,
        sha256: String
    ) throws(SubmissionError) -> ListFile {
        resolveRecords()
        var references = CharacterReferences()
        var repetitions = Repetitions()
        let merged = repetitions.unique(references.resolved(entries))
        guard let first = merged.first else {
            throw SubmissionError(
                .emptyList,
                at: .init(file: fileName, line: 1),
                "no name is listed"
            )
        }
        let faults = merged.compactMap { entry -> SubmissionError? in
            guard case .fault(let fault) = entry.content else { return nil }
            return fault
        }
        if faults.count == merged.count, case .fault(let fault) = first.content { throw fault }
        if let note = references.note { self.note(note) }
        for note in repetitions.notes { self.note(note) }
        return ListFile(
            fileName: fileName,
            format: format,
            sha256: sha256,
            entries: merged,
            force: force,
            formats: formats,
            columns: columns,
            notes: notes
        )
    }
}
