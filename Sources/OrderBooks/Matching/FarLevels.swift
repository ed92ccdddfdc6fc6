/// Price levels outside the dense window: a crit-bit tree over keys.
///
/// An inner node splits its keys at the highest bit in which they differ, so a path is at most 32 long whatever the
/// keys, without rebalancing. Leaves and inner nodes come from pools of one entry per possible level.
struct FarLevels: ~Copyable {
  struct Inner: BitwiseCopyable {
    var left: UInt32
    var right: UInt32
    /// The bit at which the two sides differ: 31 is the highest.
    var bit: UInt32
  }

  /// References with this bit name leaves, the others inner nodes.
  static let leafBit: UInt32 = 1 << 31

  let keys: FixedBuffer<UInt32>
  let inners: FixedBuffer<Inner>
  /// Chains of free leaves and inner nodes.
  let leafLinks: FixedBuffer<UInt32>
  var freeLeaf = noSlot
  var freeInner = noSlot
  var leafHighWater: UInt32 = 0
  var innerHighWater: UInt32 = 0
  var root = noSlot
  private(set) var count = 0

  init(capacity: Int) {
    keys = FixedBuffer(unwritten: capacity)
    inners = FixedBuffer(unwritten: capacity)
    leafLinks = FixedBuffer(unwritten: capacity)
  }

  /// Keys are signed; flipping the sign bit orders them as unsigned numbers.
  @inline(__always)
  static func ordered(_ key: Int32) -> UInt32 { UInt32(bitPattern: key) ^ (1 << 31) }

  @inline(__always)
  static func key(_ ordered: UInt32) -> Int32 { Int32(bitPattern: ordered ^ (1 << 31)) }

  @inline(__always)
  private func isLeaf(_ reference: UInt32) -> Bool { reference & FarLevels.leafBit != 0 }

  @inline(__always)
  private func leaf(_ reference: UInt32) -> UInt32 { reference & ~FarLevels.leafBit }

  /// The leaf where a search for `wanted` ends; the tree is not empty.
  private func closest(_ wanted: UInt32) -> UInt32 {
    var reference = root
    while !isLeaf(reference) {
      let inner = inners[reference]
      reference = (wanted >> inner.bit) & 1 == 0 ? inner.left : inner.right
    }
    return leaf(reference)
  }

  /// The leaf of a key, or `noSlot`.
  func find(_ key: Int32) -> UInt32 {
    guard root != noSlot else { return noSlot }
    let wanted = FarLevels.ordered(key)
    let found = closest(wanted)
    return keys[found] == wanted ? found : noSlot
  }

  /// Adds an absent key and returns its leaf.
  mutating func insert(_ key: Int32) -> UInt32 {
    let wanted = FarLevels.ordered(key)
    let new: UInt32
    if freeLeaf != noSlot {
      new = freeLeaf
      freeLeaf = leafLinks[new]
    } else {
      new = leafHighWater
      leafHighWater += 1
    }
    keys[new] = wanted
    count += 1
    guard root != noSlot else {
      root = new | FarLevels.leafBit
      return new
    }
    let difference = keys[closest(wanted)] ^ wanted
    assert(difference != 0, "the key is absent")
    let bit = UInt32(31 - difference.leadingZeroBitCount)
    // Descend to the place where the new split belongs: above every inner node with a lower bit.
    var parent = noSlot
    var reference = root
    while !isLeaf(reference), inners[reference].bit > bit {
      parent = reference
      let inner = inners[reference]
      reference = (wanted >> inner.bit) & 1 == 0 ? inner.left : inner.right
    }
    let inner: UInt32
    if freeInner != noSlot {
      inner = freeInner
      freeInner = inners[inner].left
    } else {
      inner = innerHighWater
      innerHighWater += 1
    }
    let isRight = (wanted >> bit) & 1 == 1
    let added = new | FarLevels.leafBit
    inners[inner] = Inner(left: isRight ? reference : added, right: isRight ? added : reference, bit: bit)
    replace(child: reference, of: parent, with: inner)
    return new
  }

  /// Removes a present key.
  mutating func remove(_ key: Int32) {
    let wanted = FarLevels.ordered(key)
    var grandparent = noSlot
    var parent = noSlot
    var reference = root
    while !isLeaf(reference) {
      grandparent = parent
      parent = reference
      let inner = inners[reference]
      reference = (wanted >> inner.bit) & 1 == 0 ? inner.left : inner.right
    }
    assert(keys[leaf(reference)] == wanted, "the key is present")
    if parent == noSlot {
      root = noSlot
    } else {
      let inner = inners[parent]
      let sibling = inner.left == reference ? inner.right : inner.left
      replace(child: parent, of: grandparent, with: sibling)
      inners[parent].left = freeInner
      freeInner = parent
    }
    leafLinks[leaf(reference)] = freeLeaf
    freeLeaf = leaf(reference)
    count -= 1
  }

  private mutating func replace(child: UInt32, of parent: UInt32, with new: UInt32) {
    if parent == noSlot {
      root = new
    } else if inners[parent].left == child {
      inners[parent].left = new
    } else {
      inners[parent].right = new
    }
  }

  /// The leaf of the lowest key in a subtree.
  private func lowest(in subtree: UInt32) -> UInt32 {
    var reference = subtree
    while !isLeaf(reference) { reference = inners[reference].left }
    return leaf(reference)
  }

  /// The leaf of the lowest key that is at least `key`, or `noSlot`.
  func lowest(atLeast key: Int32) -> UInt32 {
    guard root != noSlot else { return noSlot }
    let wanted = FarLevels.ordered(key)
    let nearest = closest(wanted)
    let difference = keys[nearest] ^ wanted
    if difference == 0 { return nearest }
    let bit = UInt32(31 - difference.leadingZeroBitCount)
    // All keys below the place where `wanted` would split off share its higher bits and differ from it in `bit`.
    var lastLeft = noSlot
    var reference = root
    while !isLeaf(reference), inners[reference].bit > bit {
      let inner = inners[reference]
      if (wanted >> inner.bit) & 1 == 0 {
        lastLeft = reference
        reference = inner.left
      } else {
        reference = inner.right
      }
    }
    if (wanted >> bit) & 1 == 0 { return lowest(in: reference) }
    return lastLeft == noSlot ? noSlot : lowest(in: inners[lastLeft].right)
  }
}
