import Glibc

/// Walks the whole lines of one chunk; a line without its end stays for the next chunk.
struct LineCursor {
  /// Longer lines are no market data; the limit bounds memory on files without line ends.
  static let longestLine = 16 << 20

  private let bytes: UnsafeRawBufferPointer
  private let isLast: Bool
  /// Bytes taken by the lines handed out so far.
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer, isLast: Bool) {
    self.bytes = bytes
    self.isLast = isLast
  }

  /// The next line without its end (`\n` or `\r\n`), or nil when the chunk holds no further whole line.
  mutating func next() -> TextSlice? {
    guard let base = bytes.baseAddress, position < bytes.count else { return nil }
    let begin = base + position
    let remaining = bytes.count - position
    let length: Int
    if let end = memchr(begin, 0x0A, remaining) {
      length = UnsafeRawPointer(end) - begin
      position += length + 1
    } else if isLast {
      length = remaining
      position += length
    } else {
      return nil
    }
    let start = begin.assumingMemoryBound(to: UInt8.self)
    let hasReturn = length > 0 && start[length - 1] == 0x0D
    return TextSlice(start: start, count: hasReturn ? length - 1 : length)
  }

  /// Whether what is left would never become a line.
  var isTooLong: Bool { !isLast && bytes.count - position > Self.longestLine }
}

/// Where a text decoder is, and the errors that say so.
struct LinePlace {
  let file: String
  /// The number of the line being read, from 1.
  private(set) var line = 0

  init(file: String) { self.file = file }

  /// The next line, or nil at the end of the chunk; a byte order mark at the front of the file is dropped.
  mutating func next(_ cursor: inout LineCursor) throws(ImportError) -> TextSlice? {
    guard let text = cursor.next() else {
      if cursor.isTooLong { throw error("the line is longer than \(LineCursor.longestLine) bytes") }
      return nil
    }
    line += 1
    if line == 1, text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF {
      return text.slice(3..<text.count)
    }
    return text
  }

  func error(_ reason: String, advice: String = "") -> ImportError {
    ImportError(file: file, position: .line(max(line, 1)), reason: reason, advice: advice)
  }

  func error(_ field: String, _ text: TextSlice, _ fault: NumberFault) -> ImportError {
    let advice =
      fault == .tooFine || fault == .overflow
      ? "State how many decimals to keep with --price-decimals or --quantity-decimals" : ""
    return error("\(field) \(text.quoted) \(fault.reason)", advice: advice)
  }

  func unsigned(_ field: String, _ text: TextSlice) throws(ImportError) -> UInt64 {
    do { return try text.unsigned() } catch { throw self.error(field, text, error) }
  }

  func integer(_ field: String, _ text: TextSlice) throws(ImportError) -> Int64 {
    do { return try text.integer() } catch { throw self.error(field, text, error) }
  }

  func decimal(_ field: String, _ text: TextSlice, places: Int) throws(ImportError) -> Int64 {
    do { return try text.decimal(places: places) } catch { throw self.error(field, text, error) }
  }

  /// A size or volume: never negative.
  func quantity(_ field: String, _ text: TextSlice, places: Int) throws(ImportError) -> Int64 {
    let value = try decimal(field, text, places: places)
    guard value >= 0 else { throw error("\(field) \(text.quoted) is negative") }
    return value
  }
}

/// The comma-separated fields of one line, found in one pass.
struct FieldList {
  /// Wider lines are refused; Tardis' widest table has 104 columns.
  static let most = 512

  private(set) var count = 0
  private var starts: [Int32]
  private var line: TextSlice?

  init() { starts = Array(repeating: 0, count: Self.most + 1) }

  /// Cuts `text` at every `separator` outside of double quotes; false when there are too many fields.
  mutating func split(_ text: TextSlice, separator: UInt8 = UInt8(ascii: ",")) -> Bool {
    line = text
    count = 1
    starts[0] = 0
    var isQuoted = false
    for index in 0..<text.count {
      let byte = text.start[index]
      if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if byte == separator, !isQuoted {
        guard count < Self.most else { return false }
        starts[count] = Int32(index + 1)
        count += 1
      }
    }
    starts[count] = Int32(text.count + 1)
    return true
  }

  /// Field `index` without the quotes around it.
  subscript(index: Int) -> TextSlice {
    guard let line else { preconditionFailure("no line was split") }
    precondition(index >= 0 && index < count, "no such field")
    let field = line.slice(Int(starts[index])..<Int(starts[index + 1]) - 1)
    if field.count >= 2, field[0] == UInt8(ascii: "\""), field[field.count - 1] == UInt8(ascii: "\"") {
      return field.slice(1..<field.count - 1)
    }
    return field
  }
}
