/// Walks the frames of a file from its start, without index or footer.
struct FrameWalk {
  private let view: ByteView
  /// Where the next frame begins; after a fault, where the intact part ends.
  private(set) var offset = FileLayout.headerSize
  private var ordinal: UInt64 = 0
  private var instruments = 0

  init(_ view: ByteView) { self.view = view }

  /// The next frame, its header and place in the file checked; nil after the footer.
  mutating func next() throws(FormatFault) -> (header: FrameHeader, offset: Int)? {
    guard offset < view.count else { throw FormatFault("the file ends without a footer", at: offset, kind: .torn) }
    let header = try FrameHeader(view, at: offset)
    guard header.ordinal == ordinal else {
      throw FormatFault("a frame does not continue the one before it", at: offset)
    }
    let start = offset
    offset += header.frameLength
    ordinal += UInt64(header.eventCount)
    return (header, start)
  }

  /// Goes back to the start of the frame that `next` returned last.
  mutating func reject(_ start: Int) { offset = start }
}

extension FrameHeader {
  /// Checks both sections; a fault names the damaged column where the directory is still readable.
  func verifySections(_ view: ByteView, at offset: Int) throws(FormatFault) {
    let hotSection = try view.slice(offset + Self.size, hotLength)
    if hotSection.checksum != hotChecksum { throw damage(hotSection, kind == .keyframe ? 24 : 0, "hot") }
    let coldSection = try view.slice(offset + Self.size + hotLength, coldLength)
    if coldSection.checksum != coldChecksum { throw damage(coldSection, 0, "cold") }
  }

  private func damage(_ section: ByteView, _ prefix: Int, _ name: String) -> FormatFault {
    let fallback = FormatFault("the checksum of a frame's \(name) section does not match", at: section.origin)
    guard kind == .block || kind == .keyframe, section.count > prefix,
      let view = try? section.slice(prefix, section.count - prefix), let directory = try? SectionView(view)
    else { return fallback }
    for index in 0..<directory.columnCount {
      guard let entry = try? directory.entry(index), let number = ColumnNumber(rawValue: entry.number),
        let (_, bytes) = try? directory.column(number)
      else { return fallback }
      if bytes.checksum != entry.checksum {
        return FormatFault("column \(number) of a \(kind) does not match its checksum", at: bytes.origin)
      }
    }
    return fallback
  }
}
