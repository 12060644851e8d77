package import Tensor

/// Scratch memory of one thread that runs a ``DecoderModel``; grows to the largest batch so far.
package final class DecoderWorkspace {
    package let level: KernelLevel
    let activations: Activations
    let stream = FloatBuffer()
    let normed = FloatBuffer()
    let projected = FloatBuffer()
    let attended = FloatBuffer()
    let gated = FloatBuffer()
    let outputs = FloatBuffer()
    let logits = FloatBuffer()
    /// Rows of `outputs` that the last forward pass wrote.
    var outputRows = 0

    package init(level: KernelLevel = .current) {
        self.level = level
        activations = Activations(level: level)
    }
}
