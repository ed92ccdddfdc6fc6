import Synchronization

/// Whether to go on, asked within a round of batches by the threads that work on it.
final class StopQuestion: @unchecked Sendable {
  /// Written between rounds only, when no thread works; read by the first of them.
  var state: RunProgress
  private let progress: ProgressHandler
  private let isStopped = Atomic<Bool>(false)

  init(_ state: RunProgress, _ progress: @escaping ProgressHandler) {
    self.state = state
    self.progress = progress
  }

  func goesOn(asks: Bool) -> Bool {
    if asks, !progress(state) { isStopped.store(true, ordering: .relaxed) }
    return !isStopped.load(ordering: .relaxed)
  }
}
