public import MarketTypes
public import TickStore

/// The events of a tick file as a source for lanes.
public struct TickEventSource: EventSource, ~Copyable {
  private var reader: TickReader
  private let file: TickFile
  public let instrumentCount: Int

  public init(_ file: TickFile, options: TickReader.Options = TickReader.Options()) throws(TickStoreError) {
    reader = try TickReader(file, options: options)
    self.file = file
    instrumentCount = file.instruments.count
  }

  public func makeBatch() -> EventBatch { file.makeBatch() }

  public mutating func nextBatch(into batch: inout EventBatch) throws(TickStoreError) -> Bool {
    try reader.nextBatch(into: &batch)
  }
}
