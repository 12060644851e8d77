import Glibc
package import Taxonomy

/// Predicts the parent of a term from its embedding, by linear discriminant analysis (LDA) of the
/// taxonomy's own edges.
///
/// The classes are the concepts with children. Let x be an embedding minus the mean of all. Each
/// child has weight 1, divided among its parents, and the class's own name counts as one more
/// child:
///
///     m(c) = mean of the class's vectors          W = mean of (x − m(c)) (x − m(c))ᵀ, shrunk
///     log P(c | x) = xᵀ W⁻¹ m(c) − ½ m(c)ᵀ W⁻¹ m(c) + log(n(c) + ½) + constant
///
/// In W, every concept is compared with the mean of the other members, since a class with a single
/// child would otherwise have no spread. A left-out concept is subtracted from the means, and W is
/// computed on the folds without it: in a small taxonomy, W alone would reveal where it belongs.
///
/// ## Source
/// Fisher, *The Use of Multiple Measurements in Taxonomic Problems*, 1936; shrinkage towards a
/// multiple of the identity as in Ledoit & Wolf, 2004, but with an intensity fixed in advance.
package final class ParentDiscriminant: Sendable {
    private let embeddings: EmbeddingTable
    private let view: VisibleTaxonomy
    /// Mean of all embeddings, `[d]`.
    private let center: [Float]
    /// Concepts with children, ascending, `[K]`.
    private let classes: [Concept.Index]
    /// Position of each concept in ``classes``, or −1, `[C]`.
    private let places: [Int32]
    private let members: Members
    /// One W⁻¹ per left-out fold, and one over all concepts; each is computed on first use.
    private let metrics: [Lazy<Metric>]

    private static let folds = 5
    /// A class with less remaining child weight than this has no children; the rest is rounding
    /// error.
    private static let negligible: Float = 1e-3
    /// Log-probability that stands for zero probability.
    static let least: Float = -25

    /// Weighted counts and sums of the embeddings of each class.
    private struct Members {
        /// Weighted number of children of each class, `[K]`.
        var counts: [Float]
        /// Sum of the embeddings of each class, its own included, `[K, d]`.
        var sums: [Float]
    }

    /// W⁻¹ with the discriminant functions derived from it.
    private struct Metric {
        /// W⁻¹, `[d, d]`.
        let inverse: [Float]
        /// W⁻¹ m, `[K, d]`.
        let directions: [Float]
        /// The constant term of each class's discriminant function, `[K]`.
        let offsets: [Float]
    }

    /// - Parameters:
    ///   - embeddings: One unit vector per concept, `[C, d]`.
    ///   - view: The view of C concepts whose edges are learned from.
    package init(_ embeddings: EmbeddingTable, _ view: VisibleTaxonomy) {
        let count = embeddings.count
        self.embeddings = embeddings
        self.view = view
        var center = [Float](repeating: 0, count: embeddings.dimension)
        for index in 0..<count { Self.add(embeddings.row(index), 1, to: &center, at: 0) }
        for channel in center.indices { center[channel] /= Float(max(1, count)) }
        self.center = center
        classes = (0..<count).filter { !view.children(of: $0).isEmpty }
        var places = [Int32](repeating: -1, count: count)
        for (place, index) in classes.enumerated() { places[index] = Int32(place) }
        self.places = places
        metrics = (0...Self.folds).map { _ in Lazy<Metric>() }
        members = Self.members(embeddings, view, center, classes, places) { _ in true }
    }

    /// The log-probabilities of every concept as the parent of one term.
    package struct Posterior {
        /// Log-probability of each concept, at least ``least``, `[C]`.
        package let logarithms: [Float]
        /// Log-probability of each concept together with all its descendants, `[C]`.
        package let below: [Float]
    }

    /// Computes the log-probability of every class.
    ///
    /// - Parameters:
    ///   - vector: The term's embedding, `[d]`.
    ///   - excluded: Concepts that count neither as classes nor as children. For a concept queried
    ///     as if it were new, these are itself and all its descendants.
    ///   - lineage: The lineage of the same view.
    /// - Returns: Log-probabilities for all C concepts.
    package func posterior(
        of vector: [Float],
        excluding excluded: [Concept.Index],
        _ lineage: Lineage
    ) -> Posterior {
        let d = embeddings.dimension
        var query = vector
        Self.add(center, -1, to: &query, at: 0)
        let metric = metric(without: fold(of: vector, among: excluded))
        var scores = classes.indices.map { place in
            Self.dot(metric.directions, place * d, query, d) + metric.offsets[place]
        }
        for (place, removed) in removals(excluded) {
            // If the only child of a class is left out, so is the class: its existence would reveal
            // the parent.
            guard members.counts[place] - removed.count > Self.negligible else {
                scores[place] = -.infinity
                continue
            }
            var mean = Array(members.sums[place * d..<(place + 1) * d])
            Self.add(removed.sum, -1, to: &mean, at: 0)
            let rest = members.counts[place] - removed.count
            for channel in 0..<d { mean[channel] /= rest + 1 }
            let direction = Self.product(metric.inverse, mean)
            scores[place] =
                Self.dot(direction, 0, query, d) + Self.offset(direction, mean, rest)
        }
        for index in excluded where places[index] >= 0 {
            scores[Int(places[index])] = -.infinity
        }
        var logarithms = [Float](repeating: Self.least, count: places.count)
        var below = [Float](repeating: 0, count: places.count)
        guard let highest = scores.max(), highest > -.infinity else {
            return Posterior(logarithms: logarithms, below: logarithms)
        }
        let total = scores.reduce(Float(0)) { $0 + exp($1 - highest) }
        for (place, index) in classes.enumerated() {
            let logarithm = max(Self.least, scores[place] - highest - log(total))
            logarithms[index] = logarithm
            let probability = exp(logarithm)
            guard probability > 1e-9 else { continue }
            below[index] += probability
            for ancestor in lineage.ancestors(of: index) { below[Int(ancestor)] += probability }
        }
        return Posterior(logarithms: logarithms, below: below.map { log($0 + 1e-9) })
    }

    /// The fold of the queried concept, which is the excluded concept nearest to the vector; `nil`
    /// for a new term.
    private func fold(of vector: [Float], among excluded: [Concept.Index]) -> Int? {
        let own = excluded.map { (Self.dot(embeddings.row($0), 0, vector, vector.count), $0) }
            .max { ($0.0, -$0.1) < ($1.0, -$1.1) }
        return own.map { $0.1 % Self.folds }
    }

    private func metric(without fold: Int?) -> Metric {
        metrics[fold ?? Self.folds].value {
            let d = embeddings.dimension
            let isKept = { (child: Concept.Index) in fold == nil || child % Self.folds != fold }
            let rest =
                fold == nil
                ? members : Self.members(embeddings, view, center, classes, places, where: isKept)
            let inverse = Self.inverse(spread(rest, where: isKept), d)
            var directions = [Float](repeating: 0, count: classes.count * d)
            var offsets = [Float](repeating: 0, count: classes.count)
            for place in classes.indices {
                let count = members.counts[place]
                let mean = members.sums[place * d..<(place + 1) * d].map { $0 / (count + 1) }
                let direction = Self.product(inverse, mean)
                directions.replaceSubrange(place * d..<(place + 1) * d, with: direction)
                offsets[place] = Self.offset(direction, mean, count)
            }
            return Metric(inverse: inverse, directions: directions, offsets: offsets)
        }
    }

    private static func members(
        _ embeddings: EmbeddingTable,
        _ view: VisibleTaxonomy,
        _ center: [Float],
        _ classes: [Concept.Index],
        _ places: [Int32],
        where isKept: (Concept.Index) -> Bool
    ) -> Members {
        let d = embeddings.dimension
        var members = Members(
            counts: [Float](repeating: 0, count: classes.count),
            sums: [Float](repeating: 0, count: classes.count * d)
        )
        for (place, index) in classes.enumerated() {
            add(centred(embeddings, index, center), 1, to: &members.sums, at: place * d)
        }
        for child in 0..<embeddings.count where isKept(child) {
            let parents = view.parents(of: child)
            guard !parents.isEmpty else { continue }
            let share = 1 / Float(parents.count)
            let vector = centred(embeddings, child, center)
            for parent in parents {
                let place = Int(places[parent])
                members.counts[place] += share
                add(vector, share, to: &members.sums, at: place * d)
            }
        }
        return members
    }

    /// The contributions of the excluded concepts to the sums of their classes, by class position.
    private func removals(
        _ excluded: [Concept.Index]
    ) -> [(place: Int, removed: (sum: [Float], count: Float))] {
        var removed: [Int: (sum: [Float], count: Float)] = [:]
        for child in excluded.sorted() {
            let parents = view.parents(of: child)
            guard !parents.isEmpty else { continue }
            let share = 1 / Float(parents.count)
            let vector = Self.centred(embeddings, child, center)
            for parent in parents {
                let none = (sum: [Float](repeating: 0, count: vector.count), count: Float(0))
                var entry = removed[Int(places[parent])] ?? none
                Self.add(vector, share, to: &entry.sum, at: 0)
                entry.count += share
                removed[Int(places[parent])] = entry
            }
        }
        return removed.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    // MARK: Linear algebra

    /// W over the given children, with shrinkage, `[d, d]`; only the lower triangle is valid.
    ///
    /// The fewer the children, the stronger the shrinkage. On the 651 newest descriptors of MEDIC,
    /// with 11,864 children and 384 dimensions, intensities from 0.1 to 0.4 performed about
    /// equally; this was measured when W still included the queried concept.
    private func spread(_ members: Members, where isKept: (Concept.Index) -> Bool) -> [Double] {
        let d = embeddings.dimension
        var matrix = [Float](repeating: 0, count: d * d)
        var children = 0
        for child in 0..<embeddings.count where isKept(child) {
            let parents = view.parents(of: child)
            guard !parents.isEmpty else { continue }
            children += 1
            let share = 1 / Float(parents.count)
            let vector = Self.centred(embeddings, child, center)
            for parent in parents {
                let place = Int(places[parent])
                let others = 1 / (members.counts[place] - share + 1)
                let weight = share.squareRoot()
                // The embedding minus the mean of the class's other members.
                let difference = (0..<d).map { channel in
                    let rest = members.sums[place * d + channel] - share * vector[channel]
                    return weight * (vector[channel] - rest * others)
                }
                for row in 0..<d {
                    let start = row * d
                    Self.addPrefix(
                        difference,
                        difference[row],
                        to: &matrix,
                        at: start,
                        count: row + 1
                    )
                }
            }
        }
        let scale = 1 / Double(max(1, children))
        let shrinkage = max(0.4, Double(d) / Double(d + children))
        var trace = 0.0
        for row in 0..<d { trace += Double(matrix[row * d + row]) * scale }
        let even = trace > 0 ? trace / Double(d) : 1
        var result = matrix.map { Double($0) * scale * (1 - shrinkage) }
        for row in 0..<d { result[row * d + row] += shrinkage * even }
        return result
    }

    /// The inverse of a symmetric positive definite matrix, via its Cholesky factor.
    private static func inverse(_ matrix: [Double], _ d: Int) -> [Float] {
        var factor = matrix
        for row in 0..<d {
            for column in 0...row {
                var sum = factor[row * d + column]
                for index in 0..<column {
                    sum -= factor[row * d + index] * factor[column * d + index]
                }
                factor[row * d + column] =
                    row == column
                    ? max(sum, 1e-12).squareRoot() : sum / factor[column * d + column]
            }
        }
        // Computes the rows of L⁻¹; the inverse is the sum of their outer products.
        var lower = [Double](repeating: 0, count: d * d)
        for row in 0..<d {
            lower[row * d + row] = 1 / factor[row * d + row]
            for column in 0..<row {
                var sum = 0.0
                for index in column..<row {
                    sum -= factor[row * d + index] * lower[index * d + column]
                }
                lower[row * d + column] = sum / factor[row * d + row]
            }
        }
        var inverse = [Double](repeating: 0, count: d * d)
        for row in 0..<d {
            for one in 0...row {
                let weight = lower[row * d + one]
                for other in 0...row { inverse[one * d + other] += weight * lower[row * d + other] }
            }
        }
        return inverse.map(Float.init)
    }

    private static func offset(_ direction: [Float], _ mean: [Float], _ count: Float) -> Float {
        log(count + 0.5) - dot(direction, 0, mean, mean.count) / 2
    }

    private static func centred(
        _ embeddings: EmbeddingTable,
        _ index: Concept.Index,
        _ center: [Float]
    ) -> [Float] {
        var vector = embeddings.row(index)
        add(center, -1, to: &vector, at: 0)
        return vector
    }

    /// A square matrix times a vector.
    private static func product(_ matrix: [Float], _ vector: [Float]) -> [Float] {
        let d = vector.count
        return (0..<d).map { dot(matrix, $0 * d, vector, d) }
    }

    private static func add(
        _ vector: [Float],
        _ weight: Float,
        to target: inout [Float],
        at start: Int
    ) {
        addPrefix(vector, weight, to: &target, at: start, count: vector.count)
    }

    /// Adds the leading elements of `vector`, scaled by `weight`.
    private static func addPrefix(
        _ vector: [Float],
        _ weight: Float,
        to target: inout [Float],
        at start: Int,
        count: Int
    ) {
        vector.withUnsafeBufferPointer { vector in
            target.withUnsafeMutableBufferPointer { target in
                for index in 0..<count { target[start &+ index] += weight * vector[index] }
            }
        }
    }

    private static func dot(_ a: [Float], _ start: Int, _ b: [Float], _ count: Int) -> Float {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let one = a.baseAddress, let other = b.baseAddress else { return 0 }
                return EmbeddingTable.dot(one + start, other, count)
            }
        }
    }
}
