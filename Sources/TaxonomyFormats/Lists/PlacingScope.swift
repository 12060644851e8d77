package import Contract

/// Where in a vocabulary new terms may be placed; what is `nil` is left to the next authority.
package struct PlacingScope: Hashable, Sendable {
    /// Identifiers of branches in which parents must be; everywhere if empty.
    package var below: [String]?
    /// Identifiers of branches in which no parent may be.
    package var notBelow: [String]?
    /// How many parents are proposed at most.
    package var maximumParents: Int?

    package init(below: [String]? = nil, notBelow: [String]? = nil, maximumParents: Int? = nil) {
        self.below = below
        self.notBelow = notBelow
        self.maximumParents = maximumParents
    }

    var isEmpty: Bool { self == PlacingScope() }

    /// This scope where it says something, else the other one.
    package func or(_ other: PlacingScope) -> PlacingScope {
        PlacingScope(
            below: below ?? other.below,
            notBelow: notBelow ?? other.notBelow,
            maximumParents: maximumParents ?? other.maximumParents
        )
    }

    /// Writes the scope into a query for the parents of a term.
    package func apply(to query: inout Query) {
        query.below = below ?? []
        query.notBelow = notBelow ?? []
        query.maximumParents = maximumParents
    }
}
