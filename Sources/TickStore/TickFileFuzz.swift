import MarketTypes

/// Feeds bytes to every reader of the module: nothing may trap, hang or take unbounded memory.
public enum TickFileFuzz {
  /// Reads `bytes` in every way there is and ignores what it finds.
  public static func run(_ bytes: [UInt8]) {
    _ = TickFile.verify(bytes: bytes, name: "fuzz")
    guard let file = try? TickFile(bytes: bytes, name: "fuzz") else { return }
    readHot(file, TickReader.Options())
    readHot(file, TickReader.Options(instruments: [0]))
    readHot(file, TickReader.Options(columns: [.times, .quantities]))
    if let block = file.index.blocks.last {
      readHot(file, TickReader.Options(from: Timestamp(nanoseconds: block.reachedTime)))
      readHot(file, TickReader.Options(until: Timestamp(nanoseconds: block.minTime)))
    }
    if let reader = try? TickEventReader(file) {
      while let event = try? reader.next() { _ = event }
    }
    _ = try? TickInspection(file)
  }

  private static func readHot(_ file: TickFile, _ options: TickReader.Options) {
    guard var reader = try? TickReader(file, options: options) else { return }
    var batch = file.makeBatch()
    while (try? reader.nextBatch(into: &batch)) == true {}
  }

  /// The bytes with every checksum that can be found made right, so that mutations reach the decoders behind them.
  public static func resealed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    guard bytes.count >= FileLayout.headerSize + FileLayout.trailerSize else { return bytes }
    bytes.storeLittleEndian(bytes.checksum(0..<56), at: 56)
    var offset = FileLayout.headerSize
    while offset + FrameHeader.size <= bytes.count - FileLayout.trailerSize {
      let hot = Int(bytes.word(at: offset + 40))
      let cold = Int(bytes.word(at: offset + 44))
      let end = offset + FrameHeader.size + hot + cold
      guard end <= bytes.count else { break }
      let sections = offset + FrameHeader.size
      bytes.storeLittleEndian(bytes.checksum(sections..<sections + hot), at: offset + 48)
      bytes.storeLittleEndian(bytes.checksum(sections + hot..<end), at: offset + 56)
      bytes.storeLittleEndian(bytes.checksum(offset..<offset + 120), at: offset + 120)
      offset = end
    }
    let trailer = bytes.count - FileLayout.trailerSize
    bytes.storeLittleEndian(bytes.checksum(trailer..<trailer + 16), at: trailer + 16)
    return bytes
  }
}

extension [UInt8] {
  fileprivate func word(at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(self[offset + $1]) << UInt32(8 * $1) }
  }
}
