import MarketTypes
public import OrderBooks
public import TickStore

extension TickWriter: MarketEventSink {}

/// Simulated markets as ordinary tick files, and tick files as surveys.
public enum MarketRecording {
  /// Simulates a whole day into a tick file; `progress` sees the simulated time and returns false to stop, which leaves
  /// nothing behind. Tells whether the day is complete.
  @discardableResult
  public static func record(
    _ market: inout SimulatedMarket, to path: String, threads: Int = 1, progress: (Int64) -> Bool = { _ in true }
  ) throws(TickStoreError) -> Bool {
    var writer = try TickWriter(path: path)
    for instrument in market.instruments { _ = try writer.addInstrument(instrument) }
    try market.run(into: &writer, threads: threads, progress: progress)
    guard market.time >= market.endTime else { return false }
    try writer.finish()
    return true
  }

  /// Replays a tick file through its books and lets `observer` follow.
  public static func replay<Observer: BookObserver>(
    _ file: TickFile, observer: inout Observer, progress: (UInt64) -> Bool = { _ in true }
  ) throws(TickStoreError) {
    var books = BookSet(instrumentCount: file.instruments.count, expectedOrders: Int(min(file.slotLimit, 1 << 20)))
    let reader = try ReadAheadTickReader(file)
    var batch = file.makeBatch()
    var done: UInt64 = 0
    while try reader.nextBatch(into: &batch) {
      books.apply(batch, observer: &observer)
      done += UInt64(batch.count)
      if !progress(done) { return }
    }
  }
}
