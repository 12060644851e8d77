import Testing

/// Tests that drive the real binary as a person or a program would.
///
/// One after the other: each uses the engine on all cores.
@Suite("End to end", .serialized)
struct EndToEnd {}
