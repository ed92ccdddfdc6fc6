public import MarketTypes

/// Lets a source's clock stand still where the data's own steps back.
///
/// Messages of lanes wait in queues by time, and an hour that begins again would let one lane's messages wait for another's.
/// What is stamped earlier than something before it therefore happens at the latter's moment. Snapshots of real captures
/// need this: they carry the times of long ago. Times that are none, or that no clock shows, are held within `times`, so that
/// delays and intervals can be added to them.
public struct SteadyClock: Sendable {
  /// From 1885 to 2201.
  public static let times: ClosedRange<Int64> = -2_682_288_000_000_000_000...7_289_654_400_000_000_000

  private var reached: Int64

  /// Nothing happens before `earliest`: of data that begins with events without a time, when the first with one happened.
  public init(earliest: Int64 = Self.times.lowerBound) { reached = max(earliest, Self.times.lowerBound) }

  /// Raises the times of a batch that follows those before.
  public mutating func hold(_ batch: inout EventBatch) {
    let count = batch.count
    guard count > 0 else { return }
    // Almost every batch is steady: a pass without dependencies between its steps, which compilers turn into SIMD.
    if batch.times[0] < reached || batch.times[count - 1] > Self.times.upperBound || Self.stepsBack(batch) {
      for index in 0..<count {
        reached = max(reached, min(batch.times[index], Self.times.upperBound))
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
