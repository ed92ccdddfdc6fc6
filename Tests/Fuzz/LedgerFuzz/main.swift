import FuzzSupport
import Ledger

/// A file in memory.
final class MemoryStorage: LedgerStorage {
  let name = "memory"
  private var content: [UInt8]

  init(_ content: [UInt8]) { self.content = content }

  func size() -> Int { content.count }

  func read(at offset: Int, count: Int) -> [UInt8] { Array(content.dropFirst(offset).prefix(count)) }

  func write(_ bytes: [UInt8], at offset: Int) {
    content.replaceSubrange(offset..<min(content.count, offset + bytes.count), with: bytes)
  }

  func truncate(to size: Int) { content.removeSubrange(min(size, content.count)...) }

  func sync() {}
}

// The first byte picks the reader.
fuzz { bytes in
  guard let first = bytes.first else { return }
  let rest = Array(bytes.dropFirst())
  if first & 1 == 0 {
    if let head = try? TreeHead(text: String(decoding: rest, as: UTF8.self)) {
      precondition((try? TreeHead(text: head.text)) == head, "a head reads back as another one")
    }
    guard let value = try? CanonicalJSON(parsing: rest) else { return }
    guard let text = try? value.canonicalBytes(), let again = try? CanonicalJSON(canonical: text) else {
      preconditionFailure("what was read has no canonical text")
    }
    precondition(again == value)
  } else {
    let storage = MemoryStorage(rest)
    guard let ledger = try? LedgerFile(storage: storage, for: .appending) else { return }
    guard (try? ledger.append(.object(["run": 1]))) != nil else { preconditionFailure("an opened ledger takes no run") }
    guard let reader = try? LedgerFile(storage: storage, for: .reading) else { preconditionFailure("damaged itself") }
    precondition(reader.head == ledger.head && reader.tornTail == nil)
  }
}
