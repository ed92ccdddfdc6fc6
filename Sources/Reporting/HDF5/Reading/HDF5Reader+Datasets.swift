import CDeflate

/// A dataset as it lies in the file.
struct StoredDataset {
  let path: String
  let type: StoredType
  let extent: StoredExtent
  let layout: Layout
  let isDeflated: Bool
  let isShuffled: Bool

  enum Layout {
    /// Where the values lie; empty when there are none.
    case plain(Range<Int>)
    /// The index of chunks, nil when there are none, and their extent.
    case chunked(index: Int?, chunk: [Int])
  }
}

extension HDF5Reader {
  static let undefinedAddress = UInt64.max

  /// Describes the dataset at `path`.
  func dataset(_ path: String) throws(HDF5Error) -> StoredDataset {
    let header = try header(path)
    guard let space = header.data(0x01), let type = header.data(0x03), let layout = header.data(0x08) else {
      throw file.fault("is no dataset", in: path)
    }
    let extent = try StoredExtent(file, at: space.lowerBound)
    let stored = try StoredType(file, at: type.lowerBound)
    var filters: [Int] = []
    if let pipeline = header.data(0x0B) { filters = try self.filters(pipeline, path) }
    return StoredDataset(
      path: path, type: stored, extent: extent, layout: try self.layout(layout, rank: extent.shape.count, path),
      isDeflated: filters.contains(1), isShuffled: filters.contains(2))
  }

  private func filters(_ data: Range<Int>, _ path: String) throws(HDF5Error) -> [Int] {
    guard try file.byte(at: data.lowerBound) == 2 else { throw file.fault("filters of another version", in: path) }
    var place = data.lowerBound + 2
    var filters: [Int] = []
    for _ in 0..<(try file.byte(at: data.lowerBound + 1)) {
      let filter = Int(try file.integer(at: place, size: 2))
      guard filter == 1 || filter == 2, !filters.contains(filter), filters.last != 1 else {
        throw file.fault("a filter that Lockstep does not write", in: path)
      }
      filters.append(filter)
      place += 6 + 4 * Int(try file.integer(at: place + 4, size: 2))
    }
    return filters
  }

  private func layout(_ data: Range<Int>, rank: Int, _ path: String) throws(HDF5Error) -> StoredDataset.Layout {
    let start = data.lowerBound
    guard try file.byte(at: start) == 3 else { throw file.fault("a layout of another version", in: path) }
    switch try file.byte(at: start + 1) {
    case 1:
      guard try file.integer(at: start + 2, size: 8) != Self.undefinedAddress else { return .plain(0..<0) }
      let address = try file.place(at: start + 2)
      let size = try file.place(at: start + 10)
      try file.require(address, size)
      return .plain(address..<(address + size))
    case 2:
      guard try file.byte(at: start + 2) == rank + 1 else { throw file.fault("chunks of another rank", in: path) }
      var chunk: [Int] = []
      var count = 1
      for axis in 0..<rank {
        let extent = Int(try file.integer(at: start + 11 + 4 * axis, size: 4))
        count *= max(extent, 1)
        guard extent > 0, count <= 1 << 24 else { throw file.fault("absurd chunks", in: path) }
        chunk.append(extent)
      }
      guard try file.integer(at: start + 3, size: 8) != Self.undefinedAddress else {
        return .chunked(index: nil, chunk: chunk)
      }
      return .chunked(index: try file.place(at: start + 3), chunk: chunk)
    default: throw file.fault("a layout that Lockstep does not write", in: path)
    }
  }

  /// The values of a dataset, its shape, and whether its type was the one asked for.
  func values(_ path: String, kind: HDF5Kind) throws(HDF5Error) -> (column: HDF5Column, shape: [Int]) {
    let dataset = try dataset(path)
    guard dataset.type == (kind == .text ? .text : .number(kind)) else {
      throw file.fault("its values are not of type \(kind.rawValue)", in: path)
    }
    let count = dataset.extent.count
    let (size, overflow) = count.multipliedReportingOverflow(by: kind.size)
    guard !overflow else { throw file.fault("an absurd extent", in: path) }
    try spend(size, path)
    let bytes = try bytes(of: dataset, size: kind.size)
    let column: HDF5Column
    switch kind {
    case .uint8: column = .uint8(bytes)
    case .int32: column = .int32(Self.numbers(bytes))
    case .int64: column = .int64(Self.numbers(bytes))
    case .uint64: column = .uint64(Self.numbers(bytes))
    case .double: column = .double(Self.numbers(bytes))
    case .text:
      var texts: [String] = []
      texts.reserveCapacity(count)
      for index in 0..<count { texts.append(try text(at: index * 16, in: bytes)) }
      column = .text(texts)
    }
    return (column, dataset.extent.shape)
  }

  private static func numbers<Number: BitwiseCopyable>(_ bytes: [UInt8]) -> [Number] {
    let count = bytes.count / MemoryLayout<Number>.size
    return [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
      initialized = count
    }
  }

  private func bytes(of dataset: StoredDataset, size: Int) throws(HDF5Error) -> [UInt8] {
    let total = dataset.extent.count * size
    switch dataset.layout {
    case .plain(let range):
      guard range.count == total else { throw file.fault("its values do not fill its extent", in: dataset.path) }
      return Array(file.bytes[range])
    case .chunked(let index, let chunk):
      guard total > 0 else { return [] }
      guard let index else { throw file.fault("its values are missing", in: dataset.path) }
      return try chunks(of: dataset, index: index, chunk: chunk, size: size)
    }
  }

  private func chunks(
    of dataset: StoredDataset, index: Int, chunk: [Int], size: Int
  ) throws(HDF5Error) -> [UInt8] {
    let shape = dataset.extent.shape
    let expected = shape.indices.reduce(1) { $0 * ((shape[$1] + chunk[$1] - 1) / chunk[$1]) }
    let chunkBytes = chunk.reduce(size, *)
    // Every chunk needs a key of the index, so the file bounds their number.
    guard expected <= file.count / 24 else { throw file.fault("more chunks than the file can hold", in: dataset.path) }
    try spend(expected * chunkBytes, dataset.path)
    var found: [StoredChunk] = []
    try collect(&found, at: index, rank: shape.count, level: nil, limit: expected, dataset.path)
    guard found.count == expected else { throw file.fault("its chunks are not complete", in: dataset.path) }
    guard let decompressor = ChunkDecompressor() else { throw file.fault("no memory to decompress with") }
    var result = [UInt8](repeating: 0, count: dataset.extent.count * size)
    var seen = Set<[Int]>()
    for stored in found {
      guard zip(stored.offset, chunk).allSatisfy({ $0 % $1 == 0 }),
        zip(stored.offset, shape).allSatisfy({ $0 < $1 }), seen.insert(stored.offset).inserted
      else { throw file.fault("its chunks do not fit its extent", in: dataset.path) }
      guard
        let plain = decompressor.plain(
          file.bytes, stored.data, count: chunkBytes, size: size, isDeflated: dataset.isDeflated,
          isShuffled: dataset.isShuffled)
      else { throw file.fault("a chunk cannot be decompressed", at: stored.data.lowerBound, in: dataset.path) }
      let rows = shape.count == 2 ? min(chunk[0], shape[0] - stored.offset[0]) : 1
      let across = shape.count == 2 ? chunk[1] : chunk[0]
      let width = shape.count == 2 ? shape[1] : shape[0]
      let column = stored.offset[shape.count - 1]
      let length = min(across, width - column) * size
      for row in 0..<rows {
        let line = shape.count == 2 ? stored.offset[0] + row : 0
        let target = (line * width + column) * size
        result.replaceSubrange(
          target..<(target + length), with: plain[(row * across * size)..<(row * across * size + length)])
      }
    }
    return result
  }

  private struct StoredChunk {
    var offset: [Int]
    var data: Range<Int>
  }

  /// Walks the B-tree of version 1 that indexes chunks, section III.A.1 of the specification.
  private func collect(
    _ found: inout [StoredChunk], at address: Int, rank: Int, level: Int?, limit: Int, _ path: String
  ) throws(HDF5Error) {
    guard file.starts(with: "TREE", at: address), try file.byte(at: address + 4) == 1 else {
      throw file.fault("there is no index of chunks", at: address, in: path)
    }
    let depth = try file.byte(at: address + 5)
    // Levels must fall, which also ends any circle.
    guard level.map({ depth == $0 - 1 }) ?? (depth < 16) else {
      throw file.fault("the index of chunks is no tree", at: address, in: path)
    }
    let used = Int(try file.integer(at: address + 6, size: 2))
    let keySize = 8 + 8 * (rank + 1)
    for entry in 0..<used {
      let key = address + 24 + entry * (keySize + 8)
      let child = try file.place(at: key + keySize)
      if depth > 0 {
        guard found.count < limit else { throw file.fault("too many chunks", at: key, in: path) }
        let before = found.count
        try collect(&found, at: child, rank: rank, level: depth, limit: limit, path)
        // An empty branch would let a wide tree take for ever.
        guard found.count > before else { throw file.fault("a branch without chunks", at: key, in: path) }
        continue
      }
      guard found.count < limit else { throw file.fault("too many chunks", at: key, in: path) }
      let size = Int(try file.integer(at: key, size: 4))
      guard try file.integer(at: key + 4, size: 4) == 0 else { throw file.fault("a filter was left out", at: key) }
      var offset: [Int] = []
      for axis in 0..<rank {
        guard let place = Int(exactly: try file.integer(at: key + 8 + 8 * axis, size: 8)), place < 1 << 48 else {
          throw file.fault("a chunk beyond any extent", at: key, in: path)
        }
        offset.append(place)
      }
      try file.require(child, size)
      found.append(StoredChunk(offset: offset, data: child..<(child + size)))
    }
  }
}

/// Undoes HDF5's filters 1 and 2.
final class ChunkDecompressor {
  private let handle: OpaquePointer

  init?() {
    guard let handle = libdeflate_alloc_decompressor() else { return nil }
    self.handle = handle
  }

  deinit { libdeflate_free_decompressor(handle) }

  /// The values of a stored chunk; nil unless they are exactly `count` bytes.
  func plain(
    _ bytes: [UInt8], _ stored: Range<Int>, count: Int, size: Int, isDeflated: Bool, isShuffled: Bool
  ) -> [UInt8]? {
    var chunk: [UInt8]
    if isDeflated {
      var produced = 0
      chunk = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        let status = bytes.withUnsafeBytes { source in
          libdeflate_zlib_decompress(
            handle, source.baseAddress! + stored.lowerBound, stored.count, buffer.baseAddress, count, &produced)
        }
        initialized = status == LIBDEFLATE_SUCCESS ? produced : 0
      }
    } else {
      chunk = Array(bytes[stored])
    }
    guard chunk.count == count else { return nil }
    guard isShuffled, size > 1 else { return chunk }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      chunk.withUnsafeBufferPointer {
        Shuffle.revert($0.baseAddress!, UnsafeMutableRawPointer(buffer.baseAddress!), count: count / size, size: size)
      }
      initialized = count
    }
  }
}
