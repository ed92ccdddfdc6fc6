/// An append-only file of canonical JSON leaves under a Merkle tree; FORMAT.md describes the bytes.
///
/// One instance belongs to one thread. Appending holds an exclusive lock on the file for the life of the instance.
public final class LedgerFile {
  /// What opening found behind the last whole record: the trace of an append that never
  /// finished, or (for a reader) of one under way.
  public struct TornTail: Hashable, Sendable {
    public var offset: Int
    public var byteCount: Int
  }

  /// What a ledger is opened for.
  public enum Access: Hashable, Sendable {
    case reading
    case appending
  }

  let storage: any LedgerStorage
  let access: Access
  private(set) var tree = MerkleTree()
  /// Where each leaf lies.
  private var leaves: [Range<Int>] = []
  private var end = 0
  /// An append whose outcome on disk is unknown; only opening again can tell.
  private var isUncertain = false

  /// The torn tail that opening found; for appending it has been cut.
  public private(set) var tornTail: TornTail?
  /// Variants tried by all runs: the number that a deflated Sharpe ratio needs.
  public private(set) var trialCount = 0

  /// Opens the ledger at `path`; for appending, an absent one is created.
  public convenience init(path: String, for access: Access) throws(LedgerError) {
    try self.init(storage: LedgerFileStorage(path: path, isAppending: access == .appending), for: access)
  }

  /// Opens a ledger over any storage.
  public init(storage: any LedgerStorage, for access: Access) throws(LedgerError) {
    self.storage = storage
    self.access = access
    try scan()
    if access == .appending { try prepareForAppending() }
  }

  /// The number of records.
  public var count: Int { leaves.count }

  /// The size and root now; keep it wherever the ledger must be checked from later.
  public var head: TreeHead { tree.head }

  /// The head when the ledger had `size` records.
  public func head(size: Int) -> TreeHead? { tree.head(size: size) }

  /// The neighbours that prove one record to be in the ledger of `size` records (by default, of now).
  public func inclusionProof(of index: Int, size: Int? = nil) -> [Digest]? {
    tree.inclusionProof(of: index, size: size ?? count)
  }

  /// The nodes that prove the ledger of `earlier` records to be the beginning of a later one (by default, of now).
  public func consistencyProof(from earlier: Int, to later: Int? = nil) -> [Digest]? {
    tree.consistencyProof(from: earlier, to: later ?? count)
  }

  /// The Merkle hash of a record.
  public func leafHash(at index: Int) -> Digest? { tree.leafHash(at: index) }

  /// The run of a record, read again and checked against the tree.
  public func entry(at index: Int) throws(LedgerError) -> CanonicalJSON {
    guard leaves.indices.contains(index) else {
      throw LedgerError(.misuse, file: storage.name, reason: "has no record \(index); it has \(count)")
    }
    let place = leaves[index]
    let bytes = try storage.read(at: place.lowerBound, count: place.count)
    guard MerkleTree.leafHash(bytes) == tree.leafHash(at: index) else {
      throw LedgerError(.damaged, file: storage.name, offset: place.lowerBound, reason: "changed while it was open")
    }
    return try checkedLeaf(bytes, at: place.lowerBound).value
  }

  /// Throws unless the ledger still begins with the records that `earlier` vouches for.
  public func verify(against earlier: TreeHead) throws(LedgerError) {
    guard let same = tree.head(size: earlier.size) else {
      let reason = "has \(count) records, but the earlier head counts \(earlier.size): records were removed"
      throw LedgerError(.truncated, file: storage.name, reason: reason)
    }
    guard same.root == earlier.root else {
      let reason = "its first \(earlier.size) records give \(same.root), but the earlier head says \(earlier.root)"
      throw LedgerError(.rewritten, file: storage.name, reason: reason)
    }
  }

  /// Adds a run and returns its index when it is safely on disk.
  ///
  /// After a failure the record is taken back if the storage allows it, and this instance refuses further appends: what is
  /// on disk is known only after opening again, which keeps a record that proves to be whole.
  @discardableResult
  public func append(_ run: CanonicalJSON) throws(LedgerError) -> Int {
    guard access == .appending else { throw misuse("is open for reading only") }
    guard !isUncertain else { throw misuse("an append failed; open the ledger again") }
    let leaf: [UInt8]
    let trials: Int
    do throws(JSONFault) {
      leaf = try run.canonicalBytes()
      trials = try Self.trials(of: run)
      guard RecordFrame.leafSizes.contains(leaf.count) else {
        throw JSONFault("a run of \(leaf.count) bytes is too big")
      }
    } catch {
      throw misuse("the run cannot be recorded: \(error)")
    }
    let (total, overflow) = trialCount.addingReportingOverflow(trials)
    guard !overflow else { throw misuse("the number of trials is too big") }

    let index = count
    let hash = MerkleTree.leafHash(leaf)
    let record = RecordFrame.header(index: index, leafSize: leaf.count, leafHash: hash) + leaf
    do throws(LedgerError) {
      try storage.write(record, at: end)
      try storage.sync()
    } catch {
      isUncertain = true
      try? storage.truncate(to: end)
      try? storage.sync()
      throw error
    }
    leaves.append((end + RecordFrame.headerSize)..<(end + record.count))
    end += record.count
    tree.append(leafHash: hash)
    trialCount = total
    return index
  }

  private func misuse(_ reason: String) -> LedgerError { LedgerError(.misuse, file: storage.name, reason: reason) }

  /// How many variants a run counts for; a run must be an object.
  static func trials(of run: CanonicalJSON) throws(JSONFault) -> Int {
    guard case .object = run else { throw JSONFault("a run is a JSON object") }
    guard let value = run["trials"] else { return 1 }
    guard let trials = value.exactInteger, trials >= 1 else { throw JSONFault("\"trials\" is an integer from 1 on") }
    return trials
  }

  func checkedLeaf(_ bytes: [UInt8], at offset: Int) throws(LedgerError) -> (value: CanonicalJSON, trials: Int) {
    do throws(JSONFault) {
      let value = try CanonicalJSON(canonical: bytes)
      return (value, try Self.trials(of: value))
    } catch {
      throw LedgerError(.damaged, file: storage.name, offset: offset, reason: "the record is no run: \(error)")
    }
  }
}

// MARK: - Opening

extension LedgerFile {
  /// Reads all records; a torn tail is noted, anything else that does not fit is an error.
  private func scan() throws(LedgerError) {
    var window = ReadWindow(storage: storage, size: try storage.size())
    let expected = RecordFrame.fileHeader
    let start = try window.bytes(at: 0, count: expected.count)
    if !start.elementsEqual(expected) {
      // A crash at creation may leave the length without some of the bytes, but nothing behind the header.
      let isTornCreation = window.size <= expected.count && zip(start, expected).allSatisfy { $0 == $1 || $0 == 0 }
      guard isTornCreation else { throw notLedger() }
      if window.size > 0 { tornTail = TornTail(offset: 0, byteCount: window.size) }
      return
    }
    end = expected.count
    while end < window.size {
      guard let leaf = try nextLeaf(&window) else {
        try requireNoRecord(behind: end, in: &window)
        tornTail = TornTail(offset: end, byteCount: window.size - end)
        return
      }
      let (total, overflow) = trialCount.addingReportingOverflow(
        try checkedLeaf(leaf.bytes, at: leaf.place.lowerBound).trials)
      guard !overflow else {
        throw LedgerError(.damaged, file: storage.name, offset: end, reason: "the number of trials is too big")
      }
      trialCount = total
      tree.append(leafHash: leaf.hash)
      leaves.append(leaf.place)
      end = leaf.place.upperBound
    }
  }

  /// The whole record at `end`, or nil.
  private func nextLeaf(
    _ window: inout ReadWindow
  ) throws(LedgerError) -> (bytes: [UInt8], hash: Digest, place: Range<Int>)? {
    guard let header = RecordFrame.header(in: try window.bytes(at: end, count: RecordFrame.headerSize)) else {
      return nil
    }
    guard header.index == UInt64(count) else {
      let reason = "record \(count) is expected here, but this is record \(header.index): records were moved or removed"
      throw LedgerError(.damaged, file: storage.name, offset: end, reason: reason)
    }
    let start = end + RecordFrame.headerSize
    let bytes = Array(try window.bytes(at: start, count: header.leafSize))
    guard bytes.count == header.leafSize else { return nil }
    let hash = MerkleTree.leafHash(bytes)
    guard hash.bytes.starts(with: header.leafCheck) else { return nil }
    return (bytes, hash, start..<(start + header.leafSize))
  }

  /// Every record was on disk before the next was begun: a later header means that no crash made the hole before it.
  private func requireNoRecord(behind offset: Int, in window: inout ReadWindow) throws(LedgerError) {
    var place = offset + 1
    while place + RecordFrame.headerSize <= window.size {
      let bytes = try window.bytes(at: place, count: min(1 << 16, window.size - place))
      guard bytes.count >= RecordFrame.headerSize else { return }
      let last = bytes.endIndex - RecordFrame.headerSize
      for index in bytes.startIndex...last where bytes[index] == RecordFrame.mark[0] {
        if RecordFrame.header(in: bytes[index...]) != nil {
          let reason =
            "record \(count) is damaged, and \(place + index - bytes.startIndex - offset) bytes on there is another"
          throw LedgerError(.damaged, file: storage.name, offset: offset, reason: reason)
        }
      }
      place += last - bytes.startIndex + 1
    }
  }

  private func prepareForAppending() throws(LedgerError) {
    if let tail = tornTail { try storage.truncate(to: tail.offset) }
    if end == 0 {
      try storage.write(RecordFrame.fileHeader, at: 0)
      end = RecordFrame.headerSize
    }
    // The last record may be whole but only in memory, if its writer was killed before it could sync.
    try storage.sync()
  }

  private func notLedger() -> LedgerError {
    LedgerError(.notLedger, file: storage.name, offset: 0, reason: "is no ledger of version 1")
  }
}

/// Reads a file forwards in large pieces.
private struct ReadWindow {
  let storage: any LedgerStorage
  /// The length when reading began; what another process appends later is not looked at.
  let size: Int
  private var start = 0
  private var buffer: [UInt8] = []

  init(storage: any LedgerStorage, size: Int) {
    self.storage = storage
    self.size = size
  }

  /// The bytes from `offset`, fewer than `count` only at the end.
  mutating func bytes(at offset: Int, count: Int) throws(LedgerError) -> ArraySlice<UInt8> {
    let wanted = max(0, min(count, size - offset))
    if offset < start || offset + wanted > start + buffer.count {
      buffer = try storage.read(at: offset, count: min(max(wanted, 1 << 18), max(0, size - offset)))
      start = offset
    }
    let first = offset - start
    return buffer[first..<min(first + wanted, buffer.count)]
  }
}
