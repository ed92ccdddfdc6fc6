import Glibc
import Ledger

/// SHA-256 of files.
enum FileDigest {
  static func sha256(of path: String) throws(RunError) -> String {
    func unreadable() -> RunError { RunError(.badData, "\(path) cannot be read: \(String(cString: strerror(errno)))") }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable() }
    defer { close(descriptor) }
    var digest = RunningDigest()
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable() }
      if count == 0 { return digest.digest.description }
      piece.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
  }
}
