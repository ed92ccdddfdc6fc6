import Ledger

/// A file in memory that fails at a chosen operation and tells what a crash could leave behind.
final class FaultyStorage: LedgerStorage {
  let name = "memory"
  private(set) var content: [UInt8]
  /// What the last sync made safe.
  private(set) var durable: [UInt8]
  /// The changing operations done so far: writes, cuts and syncs.
  private(set) var operations = 0
  /// The operation that fails, and the bytes a failing write still writes.
  var failure: (operation: Int, partialBytes: Int)?
  /// Whether everything after the failure fails too, as in a process that was killed.
  var staysBroken = true

  init(_ content: [UInt8] = []) {
    self.content = content
    durable = content
  }

  private func fails() -> Bool {
    defer { operations += 1 }
    guard let failure else { return false }
    return staysBroken ? operations >= failure.operation : operations == failure.operation
  }

  private var fault: LedgerError { LedgerError(.system, file: name, reason: "injected") }

  func size() throws(LedgerError) -> Int { content.count }

  func read(at offset: Int, count: Int) throws(LedgerError) -> [UInt8] {
    Array(content.dropFirst(offset).prefix(count))
  }

  private func put(_ bytes: ArraySlice<UInt8>, at offset: Int) {
    if content.count < offset + bytes.count {
      content += [UInt8](repeating: 0, count: offset + bytes.count - content.count)
    }
    content.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
  }

  func write(_ bytes: [UInt8], at offset: Int) throws(LedgerError) {
    let isFirstFailure = operations == failure?.operation
    if fails() {
      if isFirstFailure { put(bytes.prefix(failure?.partialBytes ?? 0), at: offset) }
      throw fault
    }
    put(bytes[...], at: offset)
  }

  func truncate(to size: Int) throws(LedgerError) {
    if fails() { throw fault }
    content.removeSubrange(min(size, content.count)...)
  }

  func sync() throws(LedgerError) {
    if fails() { throw fault }
    durable = content
  }

  /// Files that a loss of power may leave: all, none, or some of what was not synced; lengths before bytes, too.
  var crashImages: Set<[UInt8]> {
    var images: Set = [content, durable]
    if content.count > durable.count, content.starts(with: durable) {
      let fresh = content.count - durable.count
      for kept in stride(from: 0, to: fresh, by: max(1, fresh / 7)) {
        let prefix = Array(content.prefix(durable.count + kept))
        images.insert(prefix)
        images.insert(prefix + [UInt8](repeating: 0, count: fresh - kept))
        images.insert(durable + [UInt8](repeating: 0, count: kept) + content.suffix(fresh - kept))
      }
    }
    return images
  }
}
