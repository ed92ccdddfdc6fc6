/// A root over the first `size` leaves of a log: whoever keeps one can later check that the log still begins with them.
public struct TreeHead: Hashable, Sendable {
  public var size: Int
  public var root: Digest

  public init(size: Int, root: Digest) {
    self.size = size
    self.root = root
  }
}

/// The Merkle tree of RFC 6962 over a growing list of leaves.
///
/// `levels[k][i]` is the hash of the complete subtree over leaves `i·2ᵏ ..< (i+1)·2ᵏ`, so that an append costs amortised
/// one node and every root and proof O(log n).
public struct MerkleTree: Sendable {
  private var levels: [[Digest]] = [[]]

  public init() {}

  /// The number of leaves.
  public var count: Int { levels[0].count }

  /// The hash of a leaf: SHA-256 of 0x00 and the leaf.
  public static func leafHash(_ leaf: [UInt8]) -> Digest { Digest(hashing: [0] + leaf) }

  /// The hash of an inner node: SHA-256 of 0x01 and both children.
  public static func nodeHash(_ left: Digest, _ right: Digest) -> Digest {
    var message: [UInt8] = [1]
    message.reserveCapacity(1 + 2 * Digest.byteCount)
    message += left.bytes
    message += right.bytes
    return Digest(hashing: message)
  }

  /// The root of no leaves.
  public static let emptyRoot = Digest(hashing: [])

  /// Adds a leaf by its hash.
  public mutating func append(leafHash: Digest) {
    levels[0].append(leafHash)
    var level = 0
    while levels[level].count.isMultiple(of: 2) {
      let nodes = levels[level].suffix(2)
      let parent = Self.nodeHash(nodes[nodes.startIndex], nodes[nodes.startIndex + 1])
      level += 1
      if level == levels.count { levels.append([]) }
      levels[level].append(parent)
    }
  }

  /// The hash of a leaf of the tree.
  public func leafHash(at index: Int) -> Digest? {
    levels[0].indices.contains(index) ? levels[0][index] : nil
  }

  /// The head over all leaves.
  public var head: TreeHead { TreeHead(size: count, root: root(0, count)) }

  /// The head when the tree had `size` leaves.
  public func head(size: Int) -> TreeHead? {
    (0...count).contains(size) ? TreeHead(size: size, root: root(0, size)) : nil
  }

  /// The neighbours from a leaf up to the root of the first `size` leaves.
  public func inclusionProof(of index: Int, size: Int) -> [Digest]? {
    guard (0...count).contains(size), (0..<size).contains(index) else { return nil }
    var proof: [Digest] = []
    addPath(to: index, 0, size, &proof)
    return proof
  }

  /// The nodes that show the first `earlier` leaves to be a prefix of the first `later`.
  public func consistencyProof(from earlier: Int, to later: Int) -> [Digest]? {
    guard (0...count).contains(later), (0...later).contains(earlier) else { return nil }
    var proof: [Digest] = []
    if earlier > 0 && earlier < later { addConsistency(earlier, 0, later, isWhole: true, &proof) }
    return proof
  }

  /// The root over `size` leaves from `start`, which is a multiple of the least power of two not below `size`.
  private func root(_ start: Int, _ size: Int) -> Digest {
    guard size > 0 else { return Self.emptyRoot }
    if size & (size - 1) == 0 {
      let level = size.trailingZeroBitCount
      return levels[level][start >> level]
    }
    let split = Self.split(size)
    return Self.nodeHash(root(start, split), root(start + split, size - split))
  }

  /// The largest power of two below `size`, which is at least 2.
  private static func split(_ size: Int) -> Int {
    1 << (Int.bitWidth - 1 - (size - 1).leadingZeroBitCount)
  }

  private func addPath(to index: Int, _ start: Int, _ size: Int, _ proof: inout [Digest]) {
    guard size > 1 else { return }
    let split = Self.split(size)
    if index < split {
      addPath(to: index, start, split, &proof)
      proof.append(root(start + split, size - split))
    } else {
      addPath(to: index - split, start + split, size - split, &proof)
      proof.append(root(start, split))
    }
  }

  /// SUBPROOF of RFC 6962, section 2.1.2; `isWhole` while the earlier tree is a whole subtree that the verifier knows.
  private func addConsistency(_ earlier: Int, _ start: Int, _ size: Int, isWhole: Bool, _ proof: inout [Digest]) {
    if earlier == size {
      if !isWhole { proof.append(root(start, size)) }
      return
    }
    let split = Self.split(size)
    if earlier <= split {
      addConsistency(earlier, start, split, isWhole: isWhole, &proof)
      proof.append(root(start + split, size - split))
    } else {
      addConsistency(earlier - split, start + split, size - split, isWhole: false, &proof)
      proof.append(root(start, split))
    }
  }
}
