import Glibc

/// Which share a ticker meant on a day, from LEAN's map files: one file for each share, named as LEAN names the share for good.
///
/// A ticker may pass from one share to another (GOOG was the class A share until 2014-04-02, and is the class C share
/// since), so the day decides.
struct LeanMaps: Sendable {
  /// Days as 20140402, both included.
  private struct Span {
    var first: Int
    var last: Int
    var share: String
  }

  /// No market has more shares, and no share more tickers than fit a megabyte.
  private static let mostFiles = 200_000
  private static let mostBytes = 1 << 20

  private var spans: [String: [Span]] = [:]
  private var shares: Set<String> = []

  /// Reads one map file, or all of a folder.
  init(path: String) throws(ImportError) {
    guard let folder = opendir(path) else {
      try add(path)
      return
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard name.hasSuffix(".csv"), !name.hasPrefix(".") else { continue }
      guard names.count < Self.mostFiles else {
        throw ImportError(file: path, reason: "the folder holds more than \(Self.mostFiles) map files")
      }
      names.append(name)
    }
    guard !names.isEmpty else {
      throw ImportError(file: path, reason: "the folder holds no map file", advice: "Map files are called TICKER.csv.")
    }
    for name in names.sorted() { try add("\(path)/\(name)") }
  }

  private mutating func add(_ path: String) throws(ImportError) {
    add(try LeanMapFile(try Self.bytes(of: path), file: path), share: Self.share(path))
  }

  /// `…/map_files/tap.a.csv` is the share TAP.A.
  static func share(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return (name.hasSuffix(".csv") ? String(name.dropLast(4)) : name).uppercased()
  }

  mutating func add(_ file: LeanMapFile, share: String) {
    shares.insert(share)
    var first = file.firstDay
    for row in file.rows {
      if row.day >= first { spans[row.ticker, default: []].append(Span(first: first, last: row.day, share: share)) }
      first = row.day + 1
    }
  }

  init(_ files: [(share: String, file: LeanMapFile)]) {
    for (share, file) in files { add(file, share: share) }
  }

  private static func bytes(of path: String) throws(ImportError) -> [UInt8] {
    let stream = try SourceStream(path: path)
    guard try stream.nextEntry() else { return [] }
    var bytes = [UInt8](repeating: 0, count: mostBytes + 1)
    let count = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(ImportError) in
      try stream.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
    guard count <= mostBytes else {
      throw ImportError(file: path, reason: "a map file of more than \(mostBytes) bytes is none")
    }
    return Array(bytes[..<count])
  }

  /// The share that a ticker meant on a day, and the days around it for which that holds; nil when no file tells.
  func share(of ticker: String, on day: Int) -> (share: String, days: ClosedRange<Int>)? {
    guard let span = spans[ticker]?.first(where: { $0.first <= day && day <= $0.last }) else { return nil }
    return (span.share, span.first...span.last)
  }

  /// The name of a ticker on a day of which no file tells; never that of a share, which it is not.
  func nameOfUnmapped(_ ticker: String) -> String { shares.contains(ticker) ? "\(ticker)-UNMAPPED" : ticker }
}
