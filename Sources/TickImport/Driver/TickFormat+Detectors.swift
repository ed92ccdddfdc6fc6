extension ItchDecoder {
  /// Whole messages with the sizes of their types, or the file's name.
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    var position = 0
    var messages = 0
    while position + 3 <= head.count, messages < 8 {
      let stated = Int(head[position]) << 8 | Int(head[position + 1])
      let size = Int(ItchMessage.sizes[Int(head[position + 2])])
      guard size > 0, stated == 0 || stated == size else { break }
      position += 2 + size
      messages += 1
    }
    if messages >= 2 || (messages == 1 && position == head.count) { return .content }
    let words = SourceContext(name: name).nameWords
    return words.contains { $0.lowercased().hasPrefix("itch") } ? .name : .no
  }
}

extension LobsterDecoder {
  /// `34200.004241176,1,16113575,18,5853300,1`
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    let sample = FormatSample(head, name)
    let fields = sample.fields
    guard fields.count == 6, let time = Double(fields[0]), (0...86_400).contains(time), fields[1].utf8.count == 1,
      let type = Int(fields[1]), (1...7).contains(type), Int(fields[2]) != nil, Int(fields[3]) != nil,
      Int(fields[4]) != nil, fields[5] == "1" || fields[5] == "-1"
    else { return .no }
    return .content
  }
}

extension PitchDecoder {
  /// `28800011AAK27GA0000DTS000100SH    0000619200Y`
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    var line = FormatSample(head, name).line.utf8[...]
    if line.first == UInt8(ascii: "S") { line = line.dropFirst() }
    guard line.count >= 17, line.prefix(8).allSatisfy({ $0 &- 0x30 <= 9 }) else { return .no }
    let lengths: [Character: ClosedRange<Int>] = [
      "A": 44...46, "d": 46...51, "X": 27...27, "E": 39...39, "P": 56...56, "r": 58...58, "B": 21...21, "H": 18...21,
      "s": 17...17,
    ]
    let type = Character(UnicodeScalar(line[line.index(line.startIndex, offsetBy: 8)]))
    return lengths[type]?.contains(line.count) == true ? .content : .no
  }
}

extension BitstampOrdersDecoder {
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    FormatSample(head, name).line.hasPrefix("id,timestamp,exchange.timestamp,") ? .content : .no
  }
}

extension BitstampLogDecoder {
  /// `1430438404518 order_created {`
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    let words = FormatSample(head, name).line.split(separator: " ", maxSplits: 2)
    guard words.count == 3, UInt64(words[0]) != nil, words[2].hasPrefix("{") else { return .no }
    let messages = ["order_created", "order_changed", "order_deleted", "trade", "order_book"]
    return messages.contains(String(words[1])) ? .content : .no
  }
}

extension BinanceDecoder {
  /// `1723161255030314667 {"stream":"btcusdt@depth@0ms",…`
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    let line = FormatSample(head, name).line
    guard let brace = line.firstIndex(of: "{"), line[..<brace].allSatisfy({ $0.isNumber || $0 == " " }) else {
      return .no
    }
    let marks = [
      "\"stream\":\"", "\"e\":\"depthUpdate\"", "\"e\":\"trade\"", "\"e\":\"aggTrade\"", "\"e\":\"bookTicker\"",
      "\"lastUpdateId\":",
    ]
    return marks.contains { line.contains($0) } ? .content : .no
  }
}

extension BybitDecoder {
  /// `{"topic":"orderbook.500.XRPUSDT",…`
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    let line = FormatSample(head, name).line.filter { $0 != " " }
    guard let brace = line.firstIndex(of: "{"), line[..<brace].allSatisfy(\.isNumber) else { return .no }
    return line.contains("\"topic\":\"orderbook.") || line.contains("\"topic\":\"publicTrade.") ? .content : .no
  }
}

extension KrakenTradesDecoder {
  /// A document with an error list and a result.
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    let text = String(decoding: head.prefix(512).filter { $0 > 0x20 }, as: UTF8.self)
    return text.hasPrefix("{\"error\":[") && text.contains("\"result\":{") ? .content : .no
  }
}

extension TardisDecoder {
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    FormatSample(head, name).line.hasPrefix("exchange,symbol,timestamp,local_timestamp,") ? .content : .no
  }
}

extension LeanDecoder {
  /// LEAN's folders above the file and a row that begins with a time.
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    guard let parts = try? LeanName(SourceContext(name: name)), parts.security != nil, parts.resolution != nil,
      let first = FormatSample(head, name).fields.first, first.utf8.first.map({ $0 &- 0x30 <= 9 }) == true
    else { return .no }
    return .content
  }
}

extension CSVDecoder {
  /// Only by name, because anything may be a table; but for the one that an export writes.
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    if head.starts(with: Array("exchange_time,local_time,symbol,kind,".utf8)) { return .content }
    let endings = FormatSample(head, name).fileName.split(separator: ".").dropFirst()
    guard !head.contains(0) else { return .no }
    return endings.contains { $0 == "csv" || $0 == "tsv" || $0 == "txt" } ? .name : .no
  }
}

/// What detectors look at: the first line and the file's name in lower case.
private struct FormatSample {
  let line: String
  let fileName: String

  init(_ head: [UInt8], _ name: String) {
    let text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head[3...] : head[...]
    var line = text.prefix { $0 != 0x0A }
    if line.last == 0x0D { line = line.dropLast() }
    self.line = String(decoding: line, as: UTF8.self)
    fileName = SourceContext(name: name).baseName.lowercased()
  }

  var fields: [Substring] { line.split(separator: ",", omittingEmptySubsequences: false) }
}
