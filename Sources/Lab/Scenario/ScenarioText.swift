import Glibc

/// What every scenario file has in common: bytes and a version.
enum ScenarioText {
  static let sizeLimit = 16 << 20

  /// Refuses a document without the wanted version: another version's keys would only be reported as unknown ones.
  static func requireSchema(_ document: TomlDocument, _ schema: Int) throws(ScenarioError) {
    guard case .table(let entries) = document.root.value else { return }
    guard let entry = entries.first(where: { $0.key == "schema" }) else {
      throw ScenarioError(
        file: document.file, line: 1, key: "schema", problem: "is missing",
        advice: "write schema = \(schema) in the first line")
    }
    guard entry.node.value == .integer(Int64(schema)) else {
      throw ScenarioError(
        file: document.file, line: entry.line, key: "schema",
        problem: "is \(entry.node.value.kind), and this program knows version \(schema) only",
        advice: "write schema = \(schema)")
    }
  }

  /// A whole file, refused above the parser's limit.
  static func bytes(of path: String) throws(ScenarioError) -> [UInt8] {
    func unreadable() -> ScenarioError {
      ScenarioError(
        file: path, line: 0, key: "", problem: "cannot be read: \(String(cString: strerror(errno)))", isUnreadable: true
      )
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable() }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable() }
      if count == 0 { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= sizeLimit else {
        throw ScenarioError(file: path, line: 0, key: "", problem: "is larger than 16 MiB, which no scenario is")
      }
    }
  }
}
