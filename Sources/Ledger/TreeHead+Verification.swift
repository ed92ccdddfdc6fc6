// The iterative checks of RFC 9162, sections 2.1.3.2 and 2.1.4.2. They need no leaves, only heads, and are total.

extension TreeHead {
  /// Whether `proof` shows that the leaf with this hash stands at `index` of the log of this head.
  public func includes(leafHash: Digest, at index: Int, proof: [Digest]) -> Bool {
    guard index >= 0, index < size else { return false }
    var node = index
    var last = size - 1
    var hash = leafHash
    for neighbour in proof {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        hash = MerkleTree.nodeHash(neighbour, hash)
        while node & 1 == 0 && node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        hash = MerkleTree.nodeHash(hash, neighbour)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  /// Whether `proof` shows that the log of this head begins with the log of `earlier`.
  public func extends(_ earlier: TreeHead, proof: [Digest]) -> Bool {
    guard earlier.size >= 0, earlier.size <= size else { return false }
    if earlier.size == size { return proof.isEmpty && earlier.root == root }
    if earlier.size == 0 { return proof.isEmpty && earlier.root == MerkleTree.emptyRoot }
    // A complete earlier tree is itself the first node, which the proof leaves out.
    let path = earlier.size & (earlier.size - 1) == 0 ? [earlier.root] + proof : proof
    guard let first = path.first else { return false }
    let height = (~(earlier.size - 1)).trailingZeroBitCount
    var node = (earlier.size - 1) >> height
    var last = (size - 1) >> height
    var earlierHash = first
    var laterHash = first
    for neighbour in path.dropFirst() {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        earlierHash = MerkleTree.nodeHash(neighbour, earlierHash)
        laterHash = MerkleTree.nodeHash(neighbour, laterHash)
        while node & 1 == 0 && node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        laterHash = MerkleTree.nodeHash(laterHash, neighbour)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && earlierHash == earlier.root && laterHash == root
  }
}
