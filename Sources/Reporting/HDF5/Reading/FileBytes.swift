/// The bytes of a file, read without ever leaving them.
struct FileBytes {
  let name: String
  let bytes: [UInt8]

  var count: Int { bytes.count }

  func fault(_ reason: String, at offset: Int? = nil, in object: String? = nil) -> HDF5Error {
    HDF5Error(file: name, object: object, reason: offset.map { "byte \($0): \(reason)" } ?? reason)
  }

  /// An unsigned little-endian integer of at most 8 bytes.
  func integer(at offset: Int, size: Int) throws(HDF5Error) -> UInt64 {
    try require(offset, size)
    var value: UInt64 = 0
    for index in (0..<size).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
    return value
  }

  func byte(at offset: Int) throws(HDF5Error) -> Int { Int(try integer(at: offset, size: 1)) }

  /// A length or offset that must fit the file.
  func place(at offset: Int, size: Int = 8) throws(HDF5Error) -> Int {
    let value = try integer(at: offset, size: size)
    guard let place = Int(exactly: value), place <= count else {
      throw fault("\(value) points beyond the file's \(count) bytes", at: offset)
    }
    return place
  }

  func require(_ offset: Int, _ size: Int) throws(HDF5Error) {
    guard offset >= 0, size >= 0, offset <= count, size <= count - offset else {
      throw fault("the file ends too early", at: min(max(offset, 0), count))
    }
  }

  func starts(with mark: String, at offset: Int) -> Bool {
    offset >= 0 && offset <= count - mark.utf8.count && bytes[offset...].starts(with: mark.utf8)
  }
}
