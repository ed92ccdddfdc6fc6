public import MarketTypes

/// Lets a source's clock stand still where the data's own steps back.
///
/// Messages of lanes wait in queues by time, and an hour that begins again would let one lane's messages wait for another's.
/// What is stamped earlier than something before it therefore happens at the latter's moment. Snapshots of real captures
/// need this: they carry the times of long ago.
public struct SteadyClock: Sendable {
  private var reached = Int64.min

  public init() {}

  /// Raises the times of a batch that follows those before.
  public mutating func hold(_ batch: inout EventBatch) {
    let count = batch.count
    guard count > 0 else { return }
    // Almost every batch is steady: a pass without dependencies between its steps, which compilers turn into SIMD.
    if batch.times[0] < reached || Self.stepsBack(batch) {
      for index in 0..<count {
        reached = max(reached, batch.times[index])
        batch.times[index] = reached
      }
    }
    reached = batch.times[count - 1]
  }

  private static func stepsBack(_ batch: borrowing EventBatch) -> Bool {
    let times = batch.times.span
    var steps = 0
    for index in 1..<max(1, batch.count) { steps |= times[index] < times[index - 1] ? 1 : 0 }
    return steps != 0
  }
}
