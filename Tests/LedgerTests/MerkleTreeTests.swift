import TestSupport
import Testing

@testable import Ledger

/// RFC 6962, section 2.1, word for word: recursive, over the leaves themselves.
private enum NaiveTree {
  static func root(_ leaves: ArraySlice<[UInt8]>) -> Digest {
    guard leaves.count > 1 else { return leaves.first.map { Digest(hashing: [0] + $0) } ?? Digest(hashing: []) }
    let split = leaves.startIndex + largestPower(below: leaves.count)
    return Digest(hashing: [1] + root(leaves[..<split]).bytes + root(leaves[split...]).bytes)
  }

  static func path(_ index: Int, _ leaves: ArraySlice<[UInt8]>) -> [Digest] {
    guard leaves.count > 1 else { return [] }
    let size = largestPower(below: leaves.count)
    let split = leaves.startIndex + size
    return index < size
      ? path(index, leaves[..<split]) + [root(leaves[split...])]
      : path(index - size, leaves[split...]) + [root(leaves[..<split])]
  }

  static func consistency(_ earlier: Int, _ leaves: ArraySlice<[UInt8]>, _ isWhole: Bool = true) -> [Digest] {
    if earlier == leaves.count { return isWhole ? [] : [root(leaves)] }
    let size = largestPower(below: leaves.count)
    let split = leaves.startIndex + size
    return earlier <= size
      ? consistency(earlier, leaves[..<split], isWhole) + [root(leaves[split...])]
      : consistency(earlier - size, leaves[split...], false) + [root(leaves[..<split])]
  }

  private static func largestPower(below count: Int) -> Int {
    var power = 1
    while power * 2 < count { power *= 2 }
    return power
  }
}

@Suite struct MerkleTreeTests {
  /// The eight leaves and roots that RFC 6962 logs are tested with.
  private static let standardLeaves = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
  ]
  private static let standardRoots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  private func tree(_ leaves: [[UInt8]]) -> MerkleTree {
    var tree = MerkleTree()
    for leaf in leaves { tree.append(leafHash: MerkleTree.leafHash(leaf)) }
    return tree
  }

  @Test func hashesKnownMessages() {
    // FIPS 180-2, appendix B.1, and the empty message.
    #expect(
      Digest(hashing: Array("abc".utf8)).description
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      MerkleTree.emptyRoot.description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(Digest(hexadecimal: "00") == nil)
    #expect(Digest(hexadecimal: String(repeating: "g", count: 64)) == nil)
  }

  @Test func rootsOfTheStandardLeaves() {
    var tree = MerkleTree()
    #expect(tree.head == TreeHead(size: 0, root: MerkleTree.emptyRoot))
    for (leaf, root) in zip(Self.standardLeaves, Self.standardRoots) {
      tree.append(leafHash: MerkleTree.leafHash(Hexadecimal.bytes(of: leaf)!))
      #expect(tree.head.root.description == root)
    }
    for (index, root) in Self.standardRoots.enumerated() {
      #expect(tree.head(size: index + 1)?.root.description == root)
    }
  }

  @Test func proofsOfAllSmallTrees() throws {
    let leaves = (0..<64).map { [UInt8](repeating: UInt8($0), count: $0 % 5) }
    let tree = tree(leaves)
    for size in 0...64 {
      let head = try #require(tree.head(size: size))
      #expect(head.root == NaiveTree.root(leaves[..<size]))
      for index in 0..<size {
        let proof = try #require(tree.inclusionProof(of: index, size: size))
        #expect(proof == NaiveTree.path(index, leaves[..<size]))
        let hash = MerkleTree.leafHash(leaves[index])
        #expect(head.includes(leafHash: hash, at: index, proof: proof))
        // Neighbouring claims must all fail; leaves differ, so no other index can hold.
        #expect(!head.includes(leafHash: hash, at: index + 1, proof: proof))
        #expect(!head.includes(leafHash: hash, at: index - 1, proof: proof))
        #expect(!head.includes(leafHash: hash, at: index, proof: proof + [hash]))
        if !proof.isEmpty { #expect(!head.includes(leafHash: hash, at: index, proof: proof.dropLast())) }
      }
      for earlierSize in 0...size {
        let earlier = try #require(tree.head(size: earlierSize))
        let proof = try #require(tree.consistencyProof(from: earlierSize, to: size))
        if earlierSize > 0 { #expect(proof == NaiveTree.consistency(earlierSize, leaves[..<size])) }
        #expect(head.extends(earlier, proof: proof))
        #expect(!head.extends(earlier, proof: proof + [head.root]))
        if !proof.isEmpty { #expect(!head.extends(earlier, proof: proof.dropLast())) }
        let rewritten = TreeHead(size: earlierSize, root: Digest(hashing: earlier.root.bytes))
        #expect(!head.extends(rewritten, proof: proof))
        if earlierSize < size { #expect(!earlier.extends(head, proof: proof)) }
      }
    }
  }

  @Test func flippedProofsFail() throws {
    var generator = SeededGenerator(seed: 6962)
    let leaves = (0..<50).map { [UInt8($0)] }
    let tree = tree(leaves)
    func flip(_ proof: [Digest]) -> [Digest] {
      var changed = proof
      let node = Int.random(in: 0..<proof.count, using: &generator)
      var bytes = proof[node].bytes
      bytes[Int.random(in: 0..<32, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      changed[node] = Digest(bytes: bytes)!
      return changed
    }
    for _ in 0..<2000 {
      let size = Int.random(in: 2...50, using: &generator)
      let index = Int.random(in: 0..<size, using: &generator)
      let head = try #require(tree.head(size: size))
      let inclusion = try #require(tree.inclusionProof(of: index, size: size))
      #expect(!head.includes(leafHash: MerkleTree.leafHash(leaves[index]), at: index, proof: flip(inclusion)))
      let earlierSize = Int.random(in: 1..<size, using: &generator)
      let earlier = try #require(tree.head(size: earlierSize))
      let consistency = try #require(tree.consistencyProof(from: earlierSize, to: size))
      #expect(!head.extends(earlier, proof: flip(consistency)))
    }
  }

  @Test func senselessClaimsAreRefused() {
    let tree = tree([[1], [2], [3]])
    #expect(tree.head(size: 4) == nil)
    #expect(tree.head(size: -1) == nil)
    #expect(tree.inclusionProof(of: 3, size: 3) == nil)
    #expect(tree.inclusionProof(of: -1, size: 3) == nil)
    #expect(tree.inclusionProof(of: 0, size: 4) == nil)
    #expect(tree.consistencyProof(from: 3, to: 2) == nil)
    #expect(tree.consistencyProof(from: -1, to: 2) == nil)
    for size in [Int.min, -1, 0, Int.max] {
      let head = TreeHead(size: size, root: tree.head.root)
      #expect(!head.includes(leafHash: MerkleTree.leafHash([1]), at: Int.max, proof: []))
      #expect(!head.includes(leafHash: MerkleTree.leafHash([1]), at: Int.min, proof: []))
      #expect(!head.extends(TreeHead(size: 2, root: tree.head.root), proof: []))
    }
  }
}
