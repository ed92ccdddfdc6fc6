/// Rows of one kind that a result holds: in memory, or made one at a time by whoever keeps them where memory is scarce.
///
/// To whoever reads it there is no difference. Changing rows that lie elsewhere brings them into memory first.
public struct RunRows<Row: Hashable & Sendable>: Sendable {
  private enum Storage: Sendable {
    case memory([Row])
    case elsewhere(count: Int, row: @Sendable (Int) -> Row)
  }

  private var storage: Storage

  public init() { storage = .memory([]) }

  public init(_ rows: [Row]) { storage = .memory(rows) }

  /// Rows that are made when they are asked for: the same row for the same number, whenever and from whichever thread.
  public init(count: Int, row: @escaping @Sendable (Int) -> Row) { storage = .elsewhere(count: count, row: row) }

  /// All rows lie in memory.
  public var isInMemory: Bool { if case .memory = storage { true } else { false } }

  /// Looks at every row in turn, where it lies: rows are long, and nothing of them is copied but what is read.
  func visit(_ body: (Row) -> Void) {
    switch storage {
    case .memory(let rows): rows.withUnsafeBufferPointer { for row in $0.indices { body($0[row]) } }
    case .elsewhere(let count, let row): for number in 0..<count { body(row(number)) }
    }
  }

  private var inMemory: [Row] {
    get {
      switch storage {
      case .memory(let rows): rows
      case .elsewhere(let count, let row): (0..<count).map(row)
      }
    }
    set { storage = .memory(newValue) }
  }
}

extension RunRows {
  /// A million rows are held in memory while all their columns are made: each would make every row anew otherwise.
  static var mostHeld: Int { 1 << 20 }

  var held: RunRows { isInMemory || count > Self.mostHeld ? self : RunRows(Array(self)) }
}

extension RunRows: RandomAccessCollection, MutableCollection, RangeReplaceableCollection {
  public var startIndex: Int { 0 }

  public var endIndex: Int {
    switch storage {
    case .memory(let rows): rows.count
    case .elsewhere(let count, _): count
    }
  }

  public subscript(position: Int) -> Row {
    get {
      switch storage {
      case .memory(let rows): return rows[position]
      case .elsewhere(let count, let row):
        precondition((0..<count).contains(position), "there is no row \(position)")
        return row(position)
      }
    }
    set {
      var rows = inMemory
      storage = .memory([])
      rows[position] = newValue
      storage = .memory(rows)
    }
  }

  public mutating func replaceSubrange(_ range: Range<Int>, with rows: some Collection<Row>) {
    var all = inMemory
    storage = .memory([])
    all.replaceSubrange(range, with: rows)
    storage = .memory(all)
  }
}

extension RunRows: ExpressibleByArrayLiteral {
  public init(arrayLiteral rows: Row...) { self.init(rows) }
}

extension RunRows: Hashable {
  public static func == (left: RunRows, right: RunRows) -> Bool { left.elementsEqual(right) }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for row in self { hasher.combine(row) }
  }
}
