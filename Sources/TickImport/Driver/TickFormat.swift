/// A foreign format that can be imported: how it is called, how it is recognised, how it is decoded.
public struct TickFormat: Sendable {
  /// How surely a file is of a format.
  public enum Confidence: Int, Comparable, Sendable {
    case no, name, content

    public static func < (left: Confidence, right: Confidence) -> Bool { left.rawValue < right.rawValue }
  }

  /// The word for `--format`.
  public let name: String
  public let summary: String
  /// Judges the first decompressed bytes (up to `headCount`) and the name of the file, its folders included.
  public let detect: @Sendable (_ head: [UInt8], _ name: String) -> Confidence
  let makeDecoder: @Sendable (SourceContext) throws(ImportError) -> DecoderRun

  /// How many bytes a detector sees.
  public static let headCount = 4096

  // Inlined, so that each line of the registry compiles its decoder for the import's sink: no call through a witness
  // table per record.
  @inline(__always)
  public init<Decoder: SourceDecoder>(
    _ name: String, _ summary: String, _ decoder: Decoder.Type,
    detect: @escaping @Sendable (_ head: [UInt8], _ name: String) -> Confidence
  ) {
    self.name = name
    self.summary = summary
    self.detect = detect
    makeDecoder = { (context) throws(ImportError) in
      var decoder = try Decoder(context: context)
      return DecoderRun(
        decode: { (bytes, offset, isLast, sink) throws(ImportError) in
          try decoder.decode(bytes, offset: offset, isLast: isLast, into: &sink)
        },
        continues: { (context) throws(ImportError) in try decoder.continues(with: context) })
    }
  }
}

/// A decoder bound to the import's sink: one call through a closure per chunk, none per record.
struct DecoderRun {
  let decode: (UnsafeRawBufferPointer, _ offset: Int, _ isLast: Bool, inout ImportSink) throws(ImportError) -> Int
  let continues: (SourceContext) throws(ImportError) -> Bool
}

extension TickFormat {
  /// Every format, in the order in which detection prefers them.
  public static let all: [TickFormat] = [
    TickFormat("dbn", "Databento DBN 1-3, all schemas", DBNDecoder.self) { DBNStart.detect($0, $1) },
    TickFormat("itch", "NASDAQ TotalView-ITCH 5.0", ItchDecoder.self) { ItchDecoder.detect($0, $1) },
    TickFormat("lobster", "LOBSTER message files", LobsterDecoder.self) { LobsterDecoder.detect($0, $1) },
    TickFormat("pitch", "BATS (Cboe) TCP PITCH", PitchDecoder.self) { PitchDecoder.detect($0, $1) },
    TickFormat("bitstamp", "Bitstamp order events as CSV", BitstampOrdersDecoder.self) {
      BitstampOrdersDecoder.detect($0, $1)
    },
    TickFormat("bitstamp-log", "Bitstamp raw stream log", BitstampLogDecoder.self) {
      BitstampLogDecoder.detect($0, $1)
    },
    TickFormat("binance", "Binance raw captures: spot, USD-M, COIN-M", BinanceDecoder.self) {
      BinanceDecoder.detect($0, $1)
    },
    TickFormat("bybit", "Bybit order book archives and raw captures", BybitDecoder.self) {
      BybitDecoder.detect($0, $1)
    },
    TickFormat("kraken", "Kraken REST trades", KrakenTradesDecoder.self) { KrakenTradesDecoder.detect($0, $1) },
    TickFormat("tardis", "Tardis CSV: books, trades, quotes", TardisDecoder.self) { TardisDecoder.detect($0, $1) },
    TickFormat("lean", "LEAN zip CSV: ticks and bars", LeanDecoder.self) { LeanDecoder.detect($0, $1) },
    TickFormat("csv", "any table; map its columns with --columns", CSVDecoder.self) { CSVDecoder.detect($0, $1) },
  ]

  /// The format of that name; nil when there is none.
  public static func named(_ name: String) -> TickFormat? { all.first { $0.name == name } }

  /// The format of a file; nil when no detector is sure.
  public static func detect(head: [UInt8], name: String) -> TickFormat? {
    var best: (format: TickFormat, confidence: Confidence)?
    for format in all {
      let confidence = format.detect(head, name)
      if confidence > best?.confidence ?? .no { best = (format, confidence) }
    }
    return best?.format
  }
}

extension DBNStart {
  static func detect(_ head: [UInt8], _ name: String) -> TickFormat.Confidence {
    if head.starts(with: Array("DBN".utf8)) || head.withUnsafeBytes({ isLegacy($0) }) { return .content }
    let parts = (name.split(separator: "/").last ?? "").lowercased().split(separator: ".").dropFirst()
    return parts.contains("dbn") || parts.contains("dbz") ? .name : .no
  }
}
