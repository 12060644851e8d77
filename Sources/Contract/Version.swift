/// The version of this taxod.
package enum Version {
    package static let current = "0.1.0"
}
