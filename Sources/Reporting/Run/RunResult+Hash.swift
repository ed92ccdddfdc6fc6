import Ledger

extension RunResult {
  /// Hex SHA-256 of everything that scenario, data and engine determine: what `identity.resultHash` should say.
  ///
  /// Left out are the hash itself, what the ledger adds (its head, earlier trials) and where data lay on the machine.
  /// Every column is hashed with its path, type and length, so that no two different results share their bytes.
  public func contentHash() -> String {
    var hasher = ResultHasher()
    let contents = ResultContents(run: self)
    for group in ResultSchema.runGroups where group.isPresent(contents) {
      let contents = contents.holdingRows(of: group)
      for attribute in group.attributes where attribute.isHashed {
        hasher.add("\(group.path)@\(attribute.name)")
        hasher.add(attribute.make(contents))
      }
      for column in group.columns where column.isHashed {
        hasher.add("\(group.path)/\(column.name)")
        hasher.add(column.make(contents))
      }
    }
    return hasher.digest.digest.description
  }
}

/// Feeds values to a digest with their type and length.
private struct ResultHasher {
  var digest = RunningDigest()

  init() { add("lockstep run, version \(ResultSchema.version)") }

  mutating func add(_ text: String) {
    var text = text
    add(length: text.utf8.count)
    text.withUTF8 { digest.update(UnsafeRawBufferPointer($0)) }
  }

  mutating func add(_ attribute: HDF5Attribute) {
    switch attribute {
    case .text(let text): add(text)
    case .integer(let value): add(bits: UInt64(bitPattern: value))
    case .unsigned(let value): add(bits: value)
    case .real(let value): add(bits: value.bitPattern)
    }
  }

  mutating func add(_ column: HDF5Column) {
    add(column.kind.rawValue)
    add(length: column.count)
    if case .text(let texts) = column {
      for text in texts { add(text) }
    } else {
      column.withBytes { digest.update($0) }
    }
  }

  private mutating func add(length: Int) { add(bits: UInt64(length)) }

  private mutating func add(bits: UInt64) { withUnsafeBytes(of: bits.littleEndian) { digest.update($0) } }
}
