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
}
