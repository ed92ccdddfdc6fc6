/// What one return covers, in the words that every text, chart and table about it uses.
public struct ReturnPeriod: Sendable, Hashable {
  /// `day`, `step of 60 s`.
  public let singular: String
  public let plural: String
  /// Where there is room for one word only: `day`, `step`.
  public let short: String
  public let shortPlural: String
  /// Whether it ends at a session's close: periods shorter than sessions are annualised by extrapolation.
  public let isSession: Bool

  /// A session of the calendar.
  public static let day = ReturnPeriod(
    singular: "day", plural: "days", short: "day", shortPlural: "days", isSession: true)

  /// Equal steps within sessions, of a length in words such as `60 s`.
  public static func step(of length: String) -> ReturnPeriod {
    ReturnPeriod(
      singular: "step of \(length)", plural: "steps of \(length)", short: "step", shortPlural: "steps",
      isSession: false)
  }

  /// All of a run that is too short for more.
  public static let whole = ReturnPeriod(
    singular: "run", plural: "runs", short: "step", shortPlural: "steps", isSession: false)

  private init(singular: String, plural: String, short: String, shortPlural: String, isSession: Bool) {
    self.singular = singular
    self.plural = plural
    self.short = short
    self.shortPlural = shortPlural
    self.isSession = isSession
  }

  /// A text whose `{day}`, `{days}`, `{Day}`, `{Days}` and `{close}` stand for these words.
  func fill(_ text: String) -> String {
    guard text.contains("{") else { return text }
    func capital(_ word: String) -> String { word.prefix(1).uppercased() + word.dropFirst() }
    return text.replacing("{day}", with: short).replacing("{days}", with: shortPlural)
      .replacing("{Day}", with: capital(short)).replacing("{Days}", with: capital(shortPlural))
      .replacing("{closes}", with: isSession ? "daily closes" : "ends of steps")
      .replacing("{close}", with: isSession ? "first day's close" : "end of the first step")
  }
}
