import MarketTypes

/// The fields of one Binance message, found in one pass; which are there tells what it is.
struct BinanceMessage {
  enum Kind {
    case depth
    case bookTicker
    case trade
    case aggregateTrade
    case snapshot
    /// Subscription answers and streams without a market event.
    case other
  }

  var kind = Kind.other
  var eventTime: JSONValue?
  var transactionTime: JSONValue?
  var symbol: JSONValue?
  var pair: JSONValue?
  var firstUpdate: JSONValue?
  var lastUpdate: JSONValue?
  var previousUpdate: JSONValue?
  var bids: JSONValue?
  var asks: JSONValue?
  var bidQuantity: JSONValue?
  var askQuantity: JSONValue?
  var tradeIdentifier: JSONValue?
  var price: JSONValue?
  var quantity: JSONValue?
  var orderType: JSONValue?
  var isBuyerMaker: JSONValue?
  /// Only spot sends it.
  var hasSpotMark = false
  private var eventName: JSONValue?

  init(_ value: JSONValue, place: borrowing LinePlace) throws(ImportError) {
    var members = value.members
    while let (key, value) = try place.next(&members) {
      if key.count == 1 {
        assign(key[0], value)
      } else {
        assign(key, value)
      }
    }
    kind = classify()
  }

  private mutating func assign(_ key: UInt8, _ value: JSONValue) {
    switch key {
    case UInt8(ascii: "e"): eventName = value
    case UInt8(ascii: "E"): eventTime = value
    case UInt8(ascii: "T"): transactionTime = value
    case UInt8(ascii: "s"): symbol = value
    case UInt8(ascii: "U"): firstUpdate = value
    case UInt8(ascii: "u"): lastUpdate = value
    case UInt8(ascii: "b"): bids = value
    case UInt8(ascii: "a"): asks = value
    case UInt8(ascii: "B"): bidQuantity = value
    case UInt8(ascii: "A"): askQuantity = value
    case UInt8(ascii: "t"): tradeIdentifier = value
    case UInt8(ascii: "p"): price = value
    case UInt8(ascii: "q"): quantity = value
    case UInt8(ascii: "X"): orderType = value
    case UInt8(ascii: "m"): isBuyerMaker = value
    case UInt8(ascii: "M"): hasSpotMark = true
    default: break
    }
  }

  private mutating func assign(_ key: TextSlice, _ value: JSONValue) {
    if key.equals("pu") {
      previousUpdate = value
    } else if key.equals("ps") || key.equals("pair") {
      pair = value
    } else if key.equals("lastUpdateId") {
      lastUpdate = value
      kind = .snapshot
    } else if key.equals("bids") {
      bids = value
    } else if key.equals("asks") {
      asks = value
    } else if key.equals("symbol") {
      symbol = value
    }
  }

  private func classify() -> Kind {
    if kind == .snapshot { return .snapshot }
    guard let name = eventName?.text else {
      // Spot's book ticker names no event.
      let isTicker = lastUpdate != nil && bids?.kind == .string && asks?.kind == .string && bidQuantity != nil
      return isTicker ? .bookTicker : .other
    }
    if name.equals("depthUpdate") { return .depth }
    if name.equals("bookTicker") { return .bookTicker }
    if name.equals("trade") { return .trade }
    if name.equals("aggTrade") { return .aggregateTrade }
    return .other
  }

  /// Whether a message of this shape comes from the futures markets; nil when it does not tell.
  var isFutures: Bool? {
    switch kind {
    case .depth: previousUpdate != nil
    case .bookTicker: eventName != nil
    case .trade, .aggregateTrade: !hasSpotMark
    case .snapshot, .other: nil
    }
  }
}

/// What Binance's symbols say about the contract.
struct BinanceSymbol {
  let venue: String
  let currency: String
  let settlement: Instrument.Settlement
  let multiplier: DecimalUnit

  private static let quotes = [
    "FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USDP", "DAI", "BTC", "ETH", "BNB", "EUR", "GBP", "TRY", "BRL", "JPY",
    "AUD", "UAH", "RUB", "ZAR", "PLN", "ARS", "MXN", "USD",
  ]

  /// Coin-margined contracts are `BTCUSD_PERP` and `BTCUSD_240927`: inverse, worth 100 USD for bitcoin and 10 USD for
  /// all else, settled in the coin.
  init(_ symbol: String, isFutures: Bool) {
    let parts = symbol.split(separator: "_", maxSplits: 1)
    if parts.count == 2, parts[0].hasSuffix("USD") {
      let coin = String(parts[0].dropLast(3))
      venue = "BINANCE-COINM"
      currency = coin
      settlement = .inverse
      multiplier = DecimalUnit(mantissa: coin == "BTC" ? 100 : 10, exponent: 0) ?? .one
      return
    }
    venue = isFutures ? "BINANCE-USDM" : "BINANCE"
    settlement = .linear
    multiplier = .one
    let pair = parts.first ?? ""
    currency = Self.quotes.first { pair.hasSuffix($0) && pair.count > $0.count } ?? "USDT"
  }
}
