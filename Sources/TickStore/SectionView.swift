/// A section's directory: where each column's bytes lie. Nothing is allocated; the directory is read where it is.
struct SectionView {
  private static let columnsMax = 32

  let view: ByteView
  let columnCount: Int

  init(_ view: ByteView) throws(FormatFault) {
    self.view = view
    columnCount = Int(try view.u32(0))
    guard columnCount <= Self.columnsMax, try view.u32(4) == 0 else {
      throw FormatFault("a section states too many columns", at: view.origin)
    }
  }

  /// Line and place of the column at `index` of the directory; `start` is where its bytes begin.
  func entry(_ index: Int) throws(FormatFault) -> ColumnEntry {
    try ColumnEntry(view, at: 8 + index * ColumnEntry.size)
  }

  /// The column's line and bytes, or nil when the section has none.
  func column(_ number: ColumnNumber) throws(FormatFault) -> (entry: ColumnEntry, view: ByteView)? {
    var offset = 8 + columnCount * ColumnEntry.size
    for index in 0..<columnCount {
      let entry = try entry(index)
      if entry.number == number.rawValue { return (entry, try view.slice(offset, entry.length)) }
      offset += entry.length
    }
    return nil
  }

  /// The column's values; zeros when it is left out. A stated count other than `count` is a fault.
  func values(
    _ number: ColumnNumber, count: Int, decoder: inout ColumnDecoder, into output: inout [Int64]
  ) throws(FormatFault) {
    guard let (entry, bytes) = try column(number) else {
      output.removeAll(keepingCapacity: true)
      output.append(contentsOf: repeatElement(0, count: count))
      return
    }
    guard entry.count == count else {
      throw FormatFault("column \(entry.number) holds \(entry.count) values where \(count) are due", at: bytes.origin)
    }
    try decoder.decode(entry, bytes, into: &output)
  }
}
