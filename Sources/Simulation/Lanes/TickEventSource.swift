public import MarketTypes
public import TickStore

/// The events of a tick file as a source for lanes.
public struct TickEventSource: EventSource, ~Copyable {
  private var reader: TickReader
  private let file: TickFile
  private var clock = SteadyClock()
  public let instrumentCount: Int

  public init(_ file: TickFile, options: TickReader.Options = TickReader.Options()) throws(TickStoreError) {
    reader = try TickReader(file, options: options)
    self.file = file
    instrumentCount = file.instruments.count
  }

  public func makeBatch() -> EventBatch { file.makeBatch() }

  public mutating func nextBatch(into batch: inout EventBatch) throws(TickStoreError) -> Bool {
    guard try reader.nextBatch(into: &batch) else { return false }
    clock.hold(&batch)
    return true
  }
}
