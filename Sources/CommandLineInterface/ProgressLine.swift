import Glibc
import Synchronization

/// One line on the terminal that says how far a long job is: percent, events/s, bytes/s and time left.
public final class ProgressLine: Sendable {
  private struct State {
    var start: ContinuousClock.Instant
    var lastShown: ContinuousClock.Instant
    var isShown = false
  }

  private let label: String
  private let descriptor: Int32?
  private let state: Mutex<State>
  private static let interval = Duration.milliseconds(100)

  init(label: String, descriptor: Int32?) {
    self.label = label
    self.descriptor = descriptor
    let now = ContinuousClock.now
    state = Mutex(State(start: now, lastShown: now))
  }

  /// Redraws the line, at most ten times a second.
  public func update(bytes: Int, totalBytes: Int?, events: Int) {
    update {
      ProgressText(label: $0, bytes: bytes, totalBytes: totalBytes, events: events, seconds: $1).line(width: $2)
    }
  }

  /// The same for a job that knows only its share of the work, from 0 to 1.
  public func update(share: Double) {
    update { ProgressText.line(label: $0, share: share, seconds: $1, width: $2) }
  }

  /// The same for a replay of a market: its rate and how much faster than the market it is too.
  public func update(stage: String, share: Double, events: UInt64, marketSeconds: Double) {
    update {
      ProgressText.line(
        label: "\($0): \(stage)", share: share, events: events, marketSeconds: marketSeconds, seconds: $1, width: $2)
    }
  }

  private func update(_ text: (_ label: String, _ seconds: Double, _ width: Int) -> String) {
    guard let descriptor else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      guard now - state.lastShown >= Self.interval else { return }
      state.lastShown = now
      state.isShown = true
      let elapsed = now - state.start
      let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
      let line = text(label, seconds, Self.terminalWidth(descriptor))
      Self.show("\r\(line)\u{1B}[K", descriptor)
    }
  }

  /// Removes the line, so that what follows starts on a clean one.
  public func finish() {
    guard let descriptor else { return }
    state.withLock { state in
      if state.isShown { Self.show("\r\u{1B}[K", descriptor) }
      state.isShown = false
    }
  }

  private static func show(_ text: String, _ descriptor: Int32) {
    _ = Array(text.utf8).withUnsafeBytes { Console.writeAll($0, to: descriptor) }
  }

  private static func terminalWidth(_ descriptor: Int32) -> Int {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }
}

/// The words of a progress line.
struct ProgressText {
  var label: String
  var bytes: Int
  var totalBytes: Int?
  var events: Int
  var seconds: Double

  func line(width: Int) -> String {
    var parts: [String] = []
    let rate = Double(bytes) / max(seconds, 1e-9)
    if let totalBytes, totalBytes > 0 {
      parts.append("\(min(100, Int(Double(bytes) / Double(totalBytes) * 100)))%")
    }
    parts.append("\(Self.scaled(Double(events))) events")
    parts.append("\(Self.scaled(Double(events) / max(seconds, 1e-9))) events/s")
    parts.append("\(Self.scaled(rate))B/s")
    if let totalBytes, totalBytes > bytes, rate > 0 {
      parts.append("\(Self.duration(Double(totalBytes - bytes) / rate)) left")
    }
    let text = label + "  " + parts.joined(separator: "  ")
    // A line that wraps would not be overwritten by the next one.
    return String(text.prefix(max(10, width - 1)))
  }

  /// Percent and time left alone.
  static func line(label: String, share: Double, seconds: Double, width: Int) -> String {
    let share = min(1, max(0, share))
    var text = "\(label)  \(Int(share * 100))%"
    if share > 0, share < 1 { text += "  \(duration(seconds / share - seconds)) left" }
    return String(text.prefix(max(10, width - 1)))
  }

  /// Percent, events/s, how much faster than the market, and time left.
  static func line(
    label: String, share: Double, events: UInt64, marketSeconds: Double, seconds: Double, width: Int
  ) -> String {
    let share = min(1, max(0, share))
    var text = "\(label)  \(Int(share * 100))%  \(scaled(Double(events) / max(seconds, 1e-9))) events/s"
    text += "  \(scaled(marketSeconds / max(seconds, 1e-9)))× real time"
    if share > 0, share < 1 { text += "  \(duration(seconds / share - seconds)) left" }
    return String(text.prefix(max(10, width - 1)))
  }

  /// Three digits and a decimal prefix: `12.3 M`.
  static func scaled(_ value: Double) -> String {
    let prefixes: [(Double, String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
    for (unit, prefix) in prefixes where value >= unit { return "\(threeDigits(value / unit)) \(prefix)" }
    return "\(Int(max(0, value))) "
  }

  private static func threeDigits(_ value: Double) -> String {
    if value >= 100 { return String(Int(value)) }
    let tenths = Int(value * (value >= 10 ? 10 : 100))
    let decimals = value >= 10 ? 1 : 2
    let unit = decimals == 1 ? 10 : 100
    let fraction = String(tenths % unit)
    return "\(tenths / unit)." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  static func duration(_ seconds: Double) -> String {
    guard seconds < 360_000 else { return "> 99 h" }
    let whole = Int(seconds.rounded(.up))
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
