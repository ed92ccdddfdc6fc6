import Foundation
import TestSupport
import Testing

@testable import Ledger

/// A run that differs with its number, of varying length.
func sampleRun(_ number: Int) -> CanonicalJSON {
  let name = String(repeating: "é", count: number % 4)
  return .object(["run": .integer(number), "trials": .integer(number % 3 + 1), "name": .string(name)])
}

/// The bytes of a ledger of the first `count` sample runs, and where each record ends.
func sampleLedger(_ count: Int) throws -> (bytes: [UInt8], ends: [Int], heads: [TreeHead]) {
  let storage = FaultyStorage()
  let ledger = try LedgerFile(storage: storage, for: .appending)
  var ends = [storage.content.count]
  var heads = [ledger.head]
  for number in 0..<count {
    try ledger.append(sampleRun(number))
    ends.append(storage.content.count)
    heads.append(ledger.head)
  }
  return (storage.content, ends, heads)
}

@Suite struct LedgerFileTests {
  private func kind(_ body: () throws -> Void) -> LedgerError.Kind? {
    do {
      try body()
      return nil
    } catch {
      return (error as? LedgerError)?.kind
    }
  }

  @Test func keepsRunsOnDisk() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ledger-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "runs.ledger").path
    #expect(kind { _ = try LedgerFile(path: path, for: .reading) } == .system)
    var heads: [TreeHead] = []
    for session in 0..<3 {
      let ledger = try LedgerFile(path: path, for: .appending)
      #expect(ledger.tornTail == nil)
      #expect(ledger.count == session * 5)
      #expect(kind { _ = try LedgerFile(path: path, for: .appending) } == .busy)
      for number in 0..<5 {
        #expect(try ledger.append(sampleRun(session * 5 + number)) == session * 5 + number)
        heads.append(ledger.head)
      }
      for head in heads { try ledger.verify(against: head) }
    }
    let ledger = try LedgerFile(path: path, for: .reading)
    #expect(ledger.trialCount == 30)
    #expect(kind { try ledger.append(sampleRun(0)) } == .misuse)
    #expect(kind { _ = try ledger.entry(at: 15) } == .misuse)
    for index in 0..<15 {
      #expect(try ledger.entry(at: index) == sampleRun(index))
      let leafHash = MerkleTree.leafHash(try sampleRun(index).canonicalBytes())
      let proof = try #require(ledger.inclusionProof(of: index))
      #expect(ledger.head.includes(leafHash: leafHash, at: index, proof: proof))
      let consistency = try #require(ledger.consistencyProof(from: index + 1))
      #expect(ledger.head.extends(heads[index], proof: consistency))
    }
    #expect(kind { _ = try LedgerFile(path: folder.path, for: .reading) } == .notLedger)
    #expect(kind { _ = try LedgerFile(path: "/dev/zero", for: .reading) } == .notLedger)
  }

  /// The same runs give the same bytes: nothing of time or place enters a ledger. Computed with Python's hashlib.
  @Test func bytesAreThoseOfTheFormat() throws {
    let storage = FaultyStorage()
    let ledger = try LedgerFile(storage: storage, for: .appending)
    try ledger.append(.object(["b": 1, "a": "é"]))
    #expect(Hexadecimal.text(of: storage.content) == Self.oneRecord)
  }

  @Test func refusesWhatIsNoRun() throws {
    let storage = FaultyStorage()
    let ledger = try LedgerFile(storage: storage, for: .appending)
    let bytes = storage.content
    let runs: [CanonicalJSON] = [
      .null, 1, .array([]), .object(["trials": 0]), .object(["trials": 1.5]), .object(["trials": "1"]),
      .object(["x": .number(.nan)]), .object(["a": 1, "a": 1]),
      .object(["x": .string(String(repeating: "x", count: 1 << 24))]),
    ]
    for run in runs { #expect(kind { try ledger.append(run) } == .misuse) }
    #expect(storage.content == bytes)
    try ledger.append(.object([]))
    #expect(ledger.trialCount == 1)
  }

  @Test func truncationAtEveryByteIsCutAndNoticed() throws {
    let (bytes, ends, heads) = try sampleLedger(6)
    for length in 0..<bytes.count {
      let whole = ends.lastIndex { $0 <= length }
      let storage = FaultyStorage(Array(bytes.prefix(length)))
      let reader = try LedgerFile(storage: storage, for: .reading)
      let boundary = whole.map { ends[$0] } ?? 0
      let tail = length == boundary ? nil : LedgerFile.TornTail(offset: boundary, byteCount: length - boundary)
      #expect(reader.tornTail == tail)
      #expect(reader.count == whole ?? 0)
      #expect(storage.content.count == length)
      for head in heads {
        #expect(kind { try reader.verify(against: head) } == (head.size <= reader.count ? nil : .truncated))
      }
      let writer = try LedgerFile(storage: storage, for: .appending)
      #expect(writer.tornTail == tail)
      for number in writer.count..<6 { try writer.append(sampleRun(number)) }
      #expect(storage.content == bytes)
    }
  }

  /// A changed byte is an error, or costs the last record alone, and every head that counted this record notices.
  @Test func everyFlippedByteIsNoticed() throws {
    let (bytes, ends, heads) = try sampleLedger(5)
    for place in bytes.indices {
      for change in [0x01, 0x80, 0xFF] as [UInt8] {
        var changed = bytes
        changed[place] ^= change
        if place < ends[0] {
          #expect(kind { _ = try LedgerFile(storage: FaultyStorage(changed), for: .reading) } == .notLedger)
        } else if place < ends[4] {
          #expect(kind { _ = try LedgerFile(storage: FaultyStorage(changed), for: .appending) } == .damaged)
        } else {
          let ledger = try LedgerFile(storage: FaultyStorage(changed), for: .reading)
          #expect(ledger.count == 4)
          #expect(ledger.tornTail == .init(offset: ends[4], byteCount: bytes.count - ends[4]))
          #expect(kind { try ledger.verify(against: heads[5]) } == .truncated)
          try ledger.verify(against: heads[4])
        }
      }
    }
  }

  @Test func aRewrittenLedgerContradictsEveryHeadThatSawIt() throws {
    let heads = try sampleLedger(9).heads
    for rewritten in 0..<9 {
      let storage = FaultyStorage()
      let ledger = try LedgerFile(storage: storage, for: .appending)
      for number in 0..<9 { try ledger.append(sampleRun(number == rewritten ? 100 : number)) }
      let reader = try LedgerFile(storage: storage, for: .reading)
      for head in heads {
        #expect(kind { try reader.verify(against: head) } == (head.size <= rewritten ? nil : .rewritten))
      }
    }
  }

  @Test func movedRecordsAreRefused() throws {
    let (bytes, ends, _) = try sampleLedger(4)
    let records = (0..<4).map { Array(bytes[ends[$0]..<ends[$0 + 1]]) }
    for order in [[1], [0, 2], [0, 1, 3], [1, 0, 2, 3], [0, 0]] {
      let moved = bytes.prefix(ends[0]) + order.flatMap { records[$0] }
      #expect(kind { _ = try LedgerFile(storage: FaultyStorage(Array(moved)), for: .appending) } == .damaged)
    }
  }

  /// Right checksums around a leaf that is not one must not help.
  @Test func forgedLeavesAreRefused() throws {
    for text in ["[]", "{ }", "{\"b\":1,\"a\":1}", "{\"trials\":0}", "null", "{\"a\":1", "\u{0}\u{0}"] {
      let leaf = Array(text.utf8)
      let header = RecordFrame.header(index: 0, leafSize: leaf.count, leafHash: MerkleTree.leafHash(leaf))
      let forged = RecordFrame.fileHeader + header + leaf
      #expect(kind { _ = try LedgerFile(storage: FaultyStorage(forged), for: .appending) } == .damaged)
    }
    // A length far beyond the file is a torn record, and nothing of that size is allocated.
    let header = RecordFrame.header(index: 0, leafSize: 1 << 24, leafHash: MerkleTree.emptyRoot)
    let ledger = try LedgerFile(storage: FaultyStorage(RecordFrame.fileHeader + header + [1]), for: .reading)
    #expect(ledger.tornTail?.byteCount == 33)
  }

  @Test func anyBytesGiveALedgerOrAnError() throws {
    let (bytes, _, _) = try sampleLedger(4)
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<3000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<max(1, changed.count), using: &generator)
        guard place < changed.count else { break }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: changed[place] = .random(in: 0...255, using: &generator)
        case 1: changed.removeSubrange(place..<min(changed.count, place + Int.random(in: 1...40, using: &generator)))
        case 2: changed.insert(contentsOf: bytes.shuffled(using: &generator).prefix(20), at: place)
        default: changed += bytes[place % bytes.count..<bytes.count]
        }
      }
      let storage = FaultyStorage(changed)
      guard let ledger = try? LedgerFile(storage: storage, for: .appending) else { continue }
      let before = ledger.count
      try ledger.append(sampleRun(1))
      let again = try LedgerFile(storage: storage, for: .reading)
      #expect(again.tornTail == nil)
      #expect(again.count == before + 1)
      #expect(again.head == ledger.head)
    }
  }

  private static let oneRecord =
    "4c534c45444745520100000000000000000000000000000042b277e205598a344c534c52100000000000000000000000173b"
    + "f5bd98e491292a059bb8c3f28ddc7b2261223a22c3a9222c2262223a317d"
}
