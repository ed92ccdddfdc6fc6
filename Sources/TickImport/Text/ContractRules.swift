import MarketTypes

/// What the contracts of crypto-currency exchanges are worth, where exchange and symbol say it for sure.
///
/// Exchanges have the names that Tardis gives them, and quantities are those of its tables: contracts, or dollars, or coins,
/// as the exchange counts them.
enum ContractRules {
  /// The contract; nil where the symbol leaves its size or settlement open.
  static func contract(exchange: String, symbol: String) -> SourceInstrument.Contract? {
    let symbol = symbol.uppercased()
    switch exchange.lowercased() {
    case "bitmex": return bitmex(symbol)
    case "deribit": return deribit(symbol)
    case "huobi-dm", "huobi-dm-swap": return huobi(symbol)
    case "okex-swap", "okex-futures":
      // Contracts in stable coins count coins by a number for each.
      let parts = symbol.split(separator: "-")
      return parts.count == 3 && parts[1] == "USD" ? inverse(coin(parts[0]), dollars: dollars(parts[0])) : nil
    case "binance-delivery":
      guard let pair = symbol.split(separator: "_").first, pair.hasSuffix("USD") else { return nil }
      return inverse(coin(pair.dropLast(3)), dollars: dollars(pair.dropLast(3)))
    case "bybit": return bybit(symbol)
    case "cryptofacilities":
      let parts = symbol.split(separator: "_")
      guard parts.count >= 2, parts[1].hasSuffix("USD") else { return nil }
      if parts[0] == "PF" { return linear("USD") }
      return parts[0] == "PI" || parts[0] == "FI" ? inverse(coin(parts[1].dropLast(3)), dollars: 1) : nil
    case "binance-futures", "binance", "binance-us", "bybit-spot", "coinbase", "kraken", "okex", "okcoin", "bitstamp",
      "gemini", "huobi", "kucoin", "gate-io", "crypto-com":
      return quoteCurrency(symbol).map { linear($0) }
    default: return nil
    }
  }

  /// XBTUSD and XBTH24 are worth a dollar each, paid in bitcoin; others are quantos and multiples of their own.
  private static func bitmex(_ symbol: String) -> SourceInstrument.Contract? {
    guard symbol.hasPrefix("XBT") else { return nil }
    let rest = symbol.dropFirst(3)
    return rest == "USD" || isExpiry(rest) ? inverse("BTC", dollars: 1) : nil
  }

  /// Perpetuals and futures count dollars and pay coins; options have their price and pay in coins.
  private static func deribit(_ symbol: String) -> SourceInstrument.Contract? {
    let parts = symbol.split(separator: "-")
    guard let name = parts.first else { return nil }
    let pair = name.split(separator: "_")
    if pair.count == 2 { return parts.count <= 2 ? linear(String(pair[1])) : nil }
    guard ["BTC", "ETH"].contains(String(name)) else { return nil }
    if parts.count == 2 { return inverse(String(name), dollars: 1) }
    return parts.count == 4 && ["C", "P"].contains(String(parts[3])) ? linear(String(name)) : nil
  }

  /// `BTC-USD` for the perpetual, `BTC_CW` and the like for futures.
  private static func huobi(_ symbol: String) -> SourceInstrument.Contract? {
    let parts = symbol.split { $0 == "-" || $0 == "_" }
    guard parts.count == 2, symbol.contains("_") || parts[1] == "USD" else { return nil }
    return inverse(coin(parts[0]), dollars: dollars(parts[0]))
  }

  /// Contracts without a stable coin are worth a dollar and pay the coin.
  private static func bybit(_ symbol: String) -> SourceInstrument.Contract? {
    if symbol.hasSuffix("USDT") { return linear("USDT") }
    if symbol.hasSuffix("PERP") || symbol.hasSuffix("USDC") { return linear("USDC") }
    if symbol.hasSuffix("USD"), symbol.utf8.count > 3 { return inverse(coin(symbol.dropLast(3)), dollars: 1) }
    guard symbol.utf8.count > 6, isExpiry(symbol.suffix(3)), symbol.dropLast(3).hasSuffix("USD") else { return nil }
    return inverse(coin(symbol.dropLast(6)), dollars: 1)
  }

  /// `H24`: the letter of a month and a year.
  private static func isExpiry(_ text: Substring) -> Bool {
    guard let month = text.first, text.utf8.count == 3, "FGHJKMNQUVXZ".contains(month) else { return false }
    return text.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// Coin-margined contracts are worth 100 dollars of bitcoin, 10 of all else.
  static func dollars(_ coin: Substring) -> Int64 { coin == "BTC" || coin == "XBT" ? 100 : 10 }

  static func coin(_ name: Substring) -> String { name == "XBT" ? "BTC" : String(name) }

  static func inverse(_ coin: String, dollars: Int64) -> SourceInstrument.Contract? {
    guard let multiplier = DecimalUnit(mantissa: dollars, exponent: 0), !coin.isEmpty else { return nil }
    return SourceInstrument.Contract(multiplier: multiplier, currency: coin, settlement: .inverse)
  }

  static func linear(_ currency: String) -> SourceInstrument.Contract {
    SourceInstrument.Contract(multiplier: .one, currency: currency, settlement: .linear)
  }

  private static let quotes = [
    "FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USDP", "DAI", "USD", "EUR", "GBP", "JPY", "KRW", "CAD", "CHF", "AUD",
    "TRY", "BRL", "BTC", "XBT", "ETH", "BNB",
  ]

  /// What a pair such as `BTCUSDT`, `BTC-USD`, `XBT/EUR` or `XXBTZUSD` is quoted and paid in; nil when it does not tell.
  static func quoteCurrency(_ symbol: String) -> String? {
    let symbol = symbol.uppercased()
    let parts = symbol.split { $0 == "-" || $0 == "/" || $0 == "_" }
    // A future has its day behind the pair.
    if parts.count == 2, quotes.contains(String(parts[1])) { return coin(parts[1]) }
    guard let pair = parts.first, parts.count == 1 || parts[1].utf8.first.map({ $0 < 0x3A }) ?? false else {
      return nil
    }
    return quotes.first { pair.hasSuffix($0) && pair.utf8.count > $0.utf8.count }.map { coin(Substring($0)) }
  }

  /// What a user should check where no rule holds.
  static func doubt(_ symbol: String, _ venue: String) -> String {
    "how \(symbol) of \(venue) settles is not known: it is taken as linear, multiplier 1, in USD; state what differs in "
      + "the scenario's [[data.contract]]"
  }
}
