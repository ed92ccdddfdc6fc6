/// One column of a result file: what it is and where its values come from.
struct ResultColumn: Sendable {
  let name: String
  let kind: HDF5Kind
  /// Names of the datasets in the same group that are the coordinates along its axes.
  let axes: [String]
  let meaning: String
  let unit: String?
  /// Further attributes, such as the value of what is missing.
  let attributes: [(key: String, value: HDF5Attribute)]
  /// False for what depends on more than scenario, data and engine.
  let isHashed: Bool
  let make: @Sendable (ResultContents) -> HDF5Column

  init(
    _ name: String, _ kind: HDF5Kind, axes: [String], _ meaning: String, unit: String? = nil,
    attributes: [(key: String, value: HDF5Attribute)] = [], isHashed: Bool = true,
    make: @escaping @Sendable (ResultContents) -> HDF5Column
  ) {
    self.name = name
    self.kind = kind
    self.axes = axes
    self.meaning = meaning
    self.unit = unit
    self.attributes = attributes
    self.isHashed = isHashed
    self.make = make
  }

  /// Nanoseconds since 1970 as CF describes them, so that readers show dates.
  static func time(
    _ name: String = "time", axes: [String], _ meaning: String, isOptional: Bool = false,
    make: @escaping @Sendable (ResultContents) -> [Int64]
  ) -> ResultColumn {
    ResultColumn(
      name, .int64, axes: axes, meaning, unit: "nanoseconds since 1970-01-01",
      attributes: [("calendar", "proleptic_gregorian")] + (isOptional ? [("_FillValue", .integer(.min))] : [])
    ) { .int64(make($0)) }
  }

  /// Numbers 0, 1, 2, … along an axis.
  static func index(_ name: String, _ meaning: String, count: @escaping @Sendable (ResultContents) -> Int)
    -> ResultColumn
  {
    ResultColumn(name, .int32, axes: [name], meaning) { .int32((0..<count($0)).map { Int32(clamping: $0) }) }
  }

  /// A code whose values have names.
  static func flags(
    _ name: String, axes: [String], _ meaning: String, names: [String],
    make: @escaping @Sendable (ResultContents) -> [UInt8]
  ) -> ResultColumn {
    ResultColumn(
      name, .uint8, axes: axes, meaning + ": " + names.enumerated().map { "\($0) \($1)" }.joined(separator: ", "),
      attributes: [("flag_meanings", .text(names.joined(separator: " ")))]
    ) { .uint8(make($0)) }
  }

  /// Texts of which few differ: a code into a list of them, which is the column `name_names`.
  static func words(
    _ name: String, axes: [String], _ meaning: String, make: @escaping @Sendable (ResultContents) -> [String]
  ) -> [ResultColumn] {
    let list = name + "_name"
    return [
      ResultColumn(name, .int32, axes: axes, meaning + ": row of `\(list)`") { .int32(WordList(make($0)).codes) },
      ResultColumn(list, .text, axes: [list], "the texts that `\(name)` counts, in the order of their first use") {
        .text(WordList(make($0)).words)
      },
    ]
  }
}

/// Texts as codes into a list.
struct WordList {
  var words: [String] = []
  var codes: [Int32] = []

  init(_ texts: [String]) {
    // Equality of Swift strings is that of Unicode; words that differ in bytes stay apart.
    var places: [[UInt8]: Int32] = [:]
    codes.reserveCapacity(texts.count)
    var isASCII: [Bool] = []
    for text in texts {
      // Most columns have a handful of words: looking at them is quicker than hashing.
      // Nothing but itself equals an ASCII word of the same length.
      let length = text.utf8.count
      if let code = words.indices.prefix(8).first(where: { code in
        words[code].utf8.count == length && words[code] == text
          && (isASCII[code] || words[code].utf8.elementsEqual(text.utf8))
      }) {
        codes.append(Int32(code))
        continue
      }
      let key = Array(text.utf8)
      let code = places[key] ?? Int32(words.count)
      if code == words.count {
        places[key] = code
        words.append(text)
        isASCII.append(text.utf8.allSatisfy { $0 < 128 })
      }
      codes.append(code)
    }
  }
}

/// An attribute of a group.
struct ResultAttribute: Sendable {
  let name: String
  let meaning: String
  let isHashed: Bool
  let make: @Sendable (ResultContents) -> HDF5Attribute

  init(
    _ name: String, _ meaning: String, isHashed: Bool = true,
    make: @escaping @Sendable (ResultContents) -> HDF5Attribute
  ) {
    self.name = name
    self.meaning = meaning
    self.isHashed = isHashed
    self.make = make
  }
}

/// One group of a result file.
struct ResultGroup: Sendable {
  let path: String
  let meaning: String
  /// Says when the group is left out; nil when every file has it.
  let condition: String?
  let attributes: [ResultAttribute]
  let columns: [ResultColumn]
  let isPresent: @Sendable (ResultContents) -> Bool

  init(
    _ path: String, _ meaning: String, condition: String? = nil, attributes: [ResultAttribute] = [],
    columns: [ResultColumn], isPresent: @escaping @Sendable (ResultContents) -> Bool = { _ in true }
  ) {
    self.path = path
    self.meaning = meaning
    self.condition = condition
    self.attributes = attributes
    self.columns = columns
    self.isPresent = isPresent
  }
}

/// What goes into a result file.
struct ResultContents: Sendable {
  private(set) var run: RunResult
  /// Nil writes the run alone.
  var analysis: RunAnalysis?

  init(run: RunResult, analysis: RunAnalysis? = nil) {
    self.run = run
    self.analysis = analysis
  }

  /// The same with the rows of a group in memory, as far as memory allows.
  func holdingRows(of group: ResultGroup) -> ResultContents {
    var contents = self
    switch group.path {
    case ResultSchema.orders.path: contents.run.orders = run.orders.held
    case ResultSchema.fills.path: contents.run.fills = run.fills.held
    case ResultSchema.missedFills.path: contents.run.missedFills = run.missedFills.held
    case ResultSchema.orderSteps.path: contents.run.orderSteps = run.orderSteps.held
    default: break
    }
    return contents
  }
}

/// Every group of a result file in the order of writing.
///
/// Writing, hashing and documentation all follow this one description.
enum ResultSchema {
  static let version = 1

  static let groups: [ResultGroup] = runGroups + analysisGroups + riskGroups + executionGroups
}
