import Glibc
import Ledger

/// What happened when: `log.jsonl`, one JSON object a line. The only file of a run that knows the wall clock.
final class RunLog {
  static let fileName = "log.jsonl"

  private let descriptor: Int32
  private let start = ContinuousClock.now

  /// Appends to the log of a folder; a log that cannot be written is no reason to stop.
  init(folder: RunFolder) {
    descriptor = open("\(folder.workPath)/\(Self.fileName)", O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o644)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func note(_ event: String, _ fields: KeyValuePairs<String, CanonicalJSON> = [:]) {
    guard descriptor >= 0 else { return }
    let elapsed = (ContinuousClock.now - start).components
    var members = fields.map { CanonicalJSON.Member(key: $0.key, value: $0.value) }
    members.append(.init(key: "event", value: .string(event)))
    members.append(.init(key: "unix_seconds", value: .integer(time(nil))))
    let milliseconds = elapsed.seconds * 1_000 + elapsed.attoseconds / 1_000_000_000_000_000
    members.append(.init(key: "elapsed_milliseconds", value: .integer(milliseconds)))
    guard let bytes = try? CanonicalJSON.object(members).canonicalBytes() else { return }
    let line = bytes + [UInt8(ascii: "\n")]
    _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }

  func sync() { if descriptor >= 0 { fsync(descriptor) } }
}
