/// What a LEAN path says about the table in it:
/// `<security>/<market>/<resolution>/<symbol>/<day>_<kind>.zip/<day>_<symbol>_<resolution>_<kind>….csv`.
struct LeanName: Hashable, Sendable {
  enum Security: String, CaseIterable, Sendable {
    case equity, option, index, indexoption, future, futureoption, forex, cfd, crypto, cryptofuture
  }

  enum Resolution: String, CaseIterable, Sendable {
    case tick, second, minute, hour, daily

    /// Nanoseconds of one bar; nil for ticks.
    var interval: Int64? {
      switch self {
      case .tick: nil
      case .second: 1_000_000_000
      case .minute: 60_000_000_000
      case .hour: 3_600_000_000_000
      case .daily: 86_400_000_000_000
      }
    }

    /// Whether rows begin with a date instead of milliseconds since midnight.
    var statesDate: Bool { self == .hour || self == .daily }
  }

  enum Kind: String, CaseIterable, Sendable {
    case trade, quote, openinterest
  }

  var security: Security?
  var market: String?
  var resolution: Resolution?
  var kind: Kind?
  var date: CivilDate?
  var symbol: String?

  /// Options on the command line (`--security`, `--market`, `--resolution`, `--kind`, `--date`, `--instrument`) overrule
  /// the path.
  init(_ context: SourceContext) throws(ImportError) {
    let parts = context.pathParts.map { $0.lowercased() }
    // The path may hold these words by chance, so the last security that a known resolution follows counts.
    for index in parts.indices.dropLast(2).reversed() where security == nil {
      guard let found = Security(rawValue: parts[index]), let step = Resolution(rawValue: parts[index + 2]) else {
        continue
      }
      security = found
      market = parts[index + 1]
      resolution = step
    }
    readFile(parts.last ?? "")
    if parts.count >= 2, parts[parts.count - 2].hasSuffix(".zip") {
      let archive = Self.words(parts[parts.count - 2])
      if kind == nil { kind = archive.lazy.compactMap { Kind(rawValue: $0) }.first }
      if date == nil { date = archive.first.flatMap { $0.utf8.count == 8 ? CivilDate($0) : nil } }
    }
    security = try option("security", context, security) { Security(rawValue: $0) }
    resolution = try option("resolution", context, resolution) { Resolution(rawValue: $0) }
    kind = try option("kind", context, kind) { Kind(rawValue: $0) }
    if let text = context.options["market"] { market = text.lowercased() }
    if context.options["date"] != nil { date = try context.date() }
    if let text = context.options["instrument"] { symbol = text }
  }

  private func option<Value>(
    _ name: String, _ context: SourceContext, _ usual: Value?, _ read: (String) -> Value?
  ) throws(ImportError) -> Value? {
    guard let text = context.options[name] else { return usual }
    guard let value = read(text.lowercased()) else {
      throw ImportError(file: context.name, reason: "--\(name) '\(text)' is not known to LEAN")
    }
    return value
  }

  private static func words(_ file: String) -> [String] {
    let stem = file.split(separator: ".", omittingEmptySubsequences: false)
    // `tap.a.csv` is the symbol TAP.A.
    let name = stem.count > 1 ? stem.dropLast().joined(separator: ".") : file
    return name.split(separator: "_").map(String.init)
  }

  private mutating func readFile(_ file: String) {
    var root: String?
    var extras: [String] = []
    for word in Self.words(file) {
      if root == nil, date == nil, word.utf8.count == 8, let day = CivilDate(word) {
        date = day
      } else if root != nil, let step = Resolution(rawValue: word) {
        resolution = resolution ?? step
      } else if root != nil, kind == nil, let found = Kind(rawValue: word) {
        kind = found
      } else if root == nil {
        root = word.uppercased()
      } else {
        extras.append(word)
      }
    }
    guard let root else { return }
    symbol = Self.contract(root, extras)
  }

  /// `ES-201312` for a future, `TWX-20150117-C-23` for an option, the root for all else.
  private static func contract(_ root: String, _ extras: [String]) -> String {
    var name = root
    let right = extras.first { $0 == "call" || $0 == "put" }
    let digits = extras.filter { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    if let right {
      if digits.count >= 2 { name += "-" + digits[1] }
      name += right == "call" ? "-C" : "-P"
      if let strike = digits.first.flatMap({ Int64($0) }) {
        name += "-" + tenThousandths(strike)
      }
    } else if let expiry = digits.first {
      name += "-" + expiry
    }
    return name
  }

  private static func tenThousandths(_ value: Int64) -> String {
    let (whole, rest) = value.quotientAndRemainder(dividingBy: 10_000)
    guard rest > 0 else { return String(whole) }
    var decimals = String(rest + 10_000).dropFirst()
    while decimals.last == "0" { decimals.removeLast() }
    return "\(whole).\(decimals)"
  }

  /// The zone of the times in the file (LEAN's market hours database, "dataTimeZone").
  var zone: MarketZone {
    switch (security, market) {
    case (.equity, "india"), (.option, "india"), (.future, "india"), (.index, "india"): .fixed(19_800)
    case (.equity, _), (.option, _), (.indexoption, _), (.index, "usa"), (.index, "cboe"), (nil, _): .newYork
    case (.forex, "fxcm"): .fixed(-5 * 3600)
    case (.future, "eurex"), (.index, "eurex"): .europe(3600)
    case (.future, "hkfe"), (.index, "hkfe"): .fixed(8 * 3600)
    case (.future, "krx"), (.index, "krx"), (.index, "ose"): .fixed(9 * 3600)
    default: .utc
    }
  }

  /// Prices of shares and their options are stored in ten-thousandths.
  var scalesPrices: Bool {
    switch security {
    case .equity, .option, .indexoption, nil: true
    default: false
    }
  }
}
