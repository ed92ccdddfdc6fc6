import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import TickStore

@Suite struct DamageTests {
  /// A small file with several blocks, keyframes and two instruments, and its events.
  private func sample(_ folder: TemporaryFolder, count: Int = 60, block: Int = 12) throws -> (
    bytes: [UInt8], events: [MarketEvent]
  ) {
    var random = RandomEvents(seed: 42, instrumentCount: 2)
    let path = folder.path("sample.ticks")
    let events = try write(
      random.steps(count), to: path, options: options(block: block), instrumentCount: 2)
    return (try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))), events)
  }

  @Test func everyFlippedByteIsFound() throws {
    let folder = try TemporaryFolder()
    let (bytes, _) = try sample(folder)
    #expect(TickFile.verify(bytes: bytes, name: "whole").isIntact)
    for offset in bytes.indices {
      var damaged = bytes
      damaged[offset] ^= 1 << UInt8(offset % 8)
      #expect(!TickFile.verify(bytes: damaged, name: "flipped").isIntact, "byte \(offset)")
    }
  }

  @Test func aDamagedColumnIsNamed() throws {
    let folder = try TemporaryFolder()
    let (bytes, _) = try sample(folder)
    let file = try TickFile(bytes: bytes, name: "whole")
    let offset = file.index.blocks[1].offset
    let hot = try file.header(ofBlock: 1).hot(file.mapping.view, at: offset)
    let column = try #require(try SectionView(hot).column(.times))
    var damaged = bytes
    damaged[column.view.origin] ^= 0x10
    let fault = try #require(TickFile.verify(bytes: damaged, name: "flipped").faults.first)
    #expect(fault.reason.contains("times") && fault.reason.contains("block 1"))
    #expect(fault.offset == column.view.origin)
  }

  @Test func readersSurviveEveryFlippedByte() throws {
    let folder = try TemporaryFolder()
    let (bytes, events) = try sample(folder)
    for offset in bytes.indices {
      var damaged = bytes
      damaged[offset] ^= 0x41
      // Damage outside what is read may go unnoticed; then the events must be right.
      do {
        let file = try TickFile(bytes: damaged, name: "flipped")
        #expect(try readAll(file) == events)
      } catch is TickStoreError {}
    }
  }

  @Test func everyTruncationIsRefusedAndRepaired() throws {
    let folder = try TemporaryFolder()
    let (bytes, events) = try sample(folder)
    let file = try TickFile(bytes: bytes, name: "whole")
    let frames = file.index.blocks.map { $0.offset }
    let interesting = Set(
      frames.flatMap { [$0 - 1, $0, $0 + 1] } + stride(from: 0, to: bytes.count, by: 97)
        + [bytes.count - 1, bytes.count - 24, bytes.count - 25, FileLayout.headerSize])
    for length in 0..<bytes.count {
      let part = Array(bytes[..<length])
      #expect(throws: TickStoreError.self) { try TickFile(bytes: part, name: "cut") }
      guard interesting.contains(length), length >= FileLayout.headerSize else { continue }
      let source = folder.path("cut.ticks")
      try Data(part).write(to: URL(fileURLWithPath: source))
      let target = folder.path("repaired.ticks")
      let report = try TickFile.repair(path: source, to: target)
      let complete = file.index.blocks.filter { entry in
        guard let header = try? FrameHeader(file.mapping.view, at: entry.offset) else { return false }
        return entry.offset + header.frameLength <= length
      }
      #expect(report.recoveredBlocks == complete.count)
      #expect(report.damage != nil)
      let repaired = try TickFile(path: target)
      let kept = try readAll(repaired)
      #expect(kept == Array(events.prefix(complete.reduce(0) { $0 + $1.eventCount })))
      #expect(UInt64(kept.count) == report.recoveredEvents)
      #expect(try TickFile.verify(path: target).isIntact)
    }
  }

  @Test func repairStopsAtDamageAndCountsWhatIsLost() throws {
    let folder = try TemporaryFolder()
    var (bytes, events) = try sample(folder)
    let file = try TickFile(bytes: bytes, name: "whole")
    bytes[file.index.blocks[2].offset + FrameHeader.size + 3] ^= 1
    let source = folder.path("damaged.ticks")
    try Data(bytes).write(to: URL(fileURLWithPath: source))
    let report = try TickFile.repair(path: source, to: folder.path("repaired.ticks"))
    #expect(report.recoveredBlocks == 2)
    #expect(report.lostEvents == UInt64(events.count - 24))
    #expect(try readAll(TickFile(path: folder.path("repaired.ticks"))) == Array(events.prefix(24)))
  }

  @Test func randomMutationsNeverTrap() throws {
    let folder = try TemporaryFolder()
    let (bytes, _) = try sample(folder, count: 150, block: 64)
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<400 {
      var mutated = bytes
      for _ in 0..<(1 + generator.next() % 4) {
        mutated[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
      }
      TickFileFuzz.run(mutated)
      TickFileFuzz.run(TickFileFuzz.resealed(mutated))
    }
  }

  @Test func foreignFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: TickStoreError.self) { try TickFile(path: folder.path("missing.ticks")) }
    #expect(throws: TickStoreError.self) { try TickFile(path: folder.url.path) }
    let text = folder.path("text.ticks")
    try Data("time,price\n1,2\n".utf8).write(to: URL(fileURLWithPath: text))
    let error = #expect(throws: TickStoreError.self) { try TickFile(path: text) }
    #expect(error?.kind == .notTicks)
    try Data().write(to: URL(fileURLWithPath: text))
    #expect(throws: TickStoreError.self) { try TickFile(path: text) }
  }

  /// A file whose only block holds one cancel of slot `slot`, its slot column coded as given.
  private func cancelFile(
    slot: Int64, limit: UInt32, shape: ColumnShape, to path: String
  ) throws -> Int {
    var writer = SectionWriter(zstd: ZstdEncoder())
    writer.add(.codes, encoding: .planes, count: 1, bytes: CodeColumn.encode([EventCode(.cancel).rawValue]))
    writer.add(.times, [7], shape: .counter)
    writer.add(.slots, [slot], shape: shape)
    var hot: [UInt8] = []
    writer.finish(into: &hot)
    var cold: [UInt8] = []
    writer.finish(into: &cold)
    var header = FrameHeader(.block)
    header.eventCount = 1
    (header.minTime, header.maxTime) = (7, 7)
    header.instrumentCount = 1
    header.instrument = 0
    header.slotLimit = limit
    header.operands = OperandTotals(slots: 1)
    (header.hotLength, header.coldLength) = (hot.count, cold.count)
    var instrument = FrameHeader(.instrument)
    instrument.instrumentCount = 1
    var index = FileIndex()
    var output = try FileOutput(path: path)
    try output.write(FileLayout.header(blockCapacity: 16))
    index.instrumentOffsets.append(output.offset)
    try output.write(FrameHeader.frame(instrument, hot: InstrumentCodec.encode(testInstruments[0])))
    let place = output.offset
    index.operationCounts[Int(EventCode.Operation.cancel.rawValue)] = 1
    index.add(header, at: place)
    try output.write(FrameHeader.frame(header, hot: hot, cold: cold))
    try output.writeEnd(index)
    try output.finish()
    return place
  }

  /// What only the events of a block show is placed at the block.
  @Test func anEventThatNoBookAllowsIsPlacedAtItsBlock() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("dead.ticks")
    let place = try cancelFile(slot: 0, limit: 1, shape: .plain, to: path)
    let file = try TickFile(path: path)
    let whole = #expect(throws: TickStoreError.self) { try readAll(file) }
    #expect(whole?.offset == place && whole?.reason.contains("slot 0") == true)
    let started = #expect(throws: TickStoreError.self) {
      try TickReader(file, options: TickReader.Options(from: Timestamp(nanoseconds: 8)))
    }
    #expect(started?.offset == place)
    let selected = #expect(throws: TickStoreError.self) { try readHot(file, TickReader.Options(instruments: [0])) }
    #expect(selected?.offset == place)
    #expect(
      TickFile.verify(bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), name: "dead").faults.first?
        .offset == place)
  }

  /// A slot beyond the limit is refused however its column is coded; the packed kernel only sees values stored as they are.
  @Test func aSlotBeyondTheLimitIsRefusedInEveryCoding() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("far.ticks")
    for shape in [ColumnShape.plain, .price, .counter] {
      _ = try cancelFile(slot: 40, limit: 1, shape: shape, to: path)
      let file = try TickFile(path: path)
      let error = #expect(throws: TickStoreError.self) { try readHot(file) }
      #expect(error?.reason == "a block names a slot that no order ever took", "\(shape)")
    }
  }
}
