import Catalogue
import CommandLineInterface
import Glibc
import Lab
import Ledger
import Reporting

/// `lockstep ledger`: proves what was entered, and that nothing was changed since.
enum LedgerCommand {
  static let folder = RunAccess.folder
  static let against = Option(
    "against", .text("HEAD"), isRepeated: true, "An earlier head, as printed or stored in a result; may be repeated.")
  static let run = Argument<String>(.text("RUN"), "A run's folder or name, or a result hash or the beginning of one.")
  static let earlier = Argument<String>(.text("HEAD"), "The earlier head.")
  static let later = Argument<String>(.text("LATER"), isRequired: false, "A later head; by default the ledger's own.")
  static let key = Option(
    "key", .file("KEYFILE"), isRequired: true, "64 hexadecimal digits of secret; made when there is no such file.")
  static let signer = Option("public-key", .text("HEX"), isRequired: true, "Who is said to have signed.")
  static let signature = Option("signature", .text("HEX"), isRequired: true, "The signature, 128 hexadecimal digits.")

  static let strict = Flag("strict", "A record that was never finished, too, ends with 6.")

  static let command = Command(
    "ledger", summary: "Verify the ledger of runs, and prove what is in it.",
    discussion: """
      Every run that was computed to its end is entered in an append-only Merkle log (RFC 6962), the file 'ledger' of the
      folder of runs. Its head vouches for all records; it is stored in each result and printed in each report, so a run
      is entered before its files are written, and remains a trial when they cannot be, or are removed later.
      """, subcommands: [head, verify, proof, consistency, sign, checkSignature])

  private static let head = Command(
    "head", summary: "Print the head: size and root.", examples: ["ledger head"],
    parameters: [folder]
  ) { invocation in
    try invocation.console.writeLine(try open(invocation).head.text)
    return .success
  }

  private static let verify = Command(
    "verify", summary: "Check every record, every run folder against it, and earlier heads.",
    examples: ["ledger verify", "ledger verify --against '{\"root\":\"…\",\"size\":3}'"],
    discussion: """
      Reads the whole ledger, then every finished run of the folder: result.h5 and summary.json must be what the run's result
      hash says, that hash must be in the ledger, and the head stored in the result must be one that the ledger still begins
      with. Ends with 6 when anything differs. 'verify RUN' runs a scenario again, too.

      Bytes at the end that are no whole record are what a crash leaves of a run that was just being entered. They vouch for
      nothing, the next run cuts them off, and they are reported but are no fault, except with --strict. Where they stand in
      place of a record that a finished run or an earlier head names, that is a difference like any other.
      """,
    parameters: [folder, against, strict, CommonParameters.json]
  ) { try verify($0) }

  private static let proof = Command(
    "proof", summary: "Prove that a run is in the ledger.", examples: ["ledger proof 1a2b3c4d"],
    discussion: """
      Prints the record, its place, the head and the neighbours up to the root (RFC 6962): whoever holds the head can check
      the run without the rest of the ledger.
      """,
    parameters: [run, folder]
  ) { try prove($0) }

  private static let consistency = Command(
    "consistency", summary: "Prove that a ledger begins with an earlier one.",
    examples: ["ledger consistency '{\"root\":\"…\",\"size\":3}'"],
    discussion: """
      Prints both heads and the nodes between them (RFC 6962): whoever holds the heads can check that nothing was changed or
      removed, without the ledger. Ends with 6 when the ledger begins with neither.
      """,
    parameters: [earlier, later, folder]
  ) { invocation in
    let ledger = try open(invocation)
    let before = try readHead(invocation[earlier])
    let after = try invocation.all(later).first.map { try readHead($0) } ?? ledger.head
    guard before.size <= after.size else { throw Failure(.usage, "the first head is later than the second one") }
    try ledger.verify(against: before)
    try ledger.verify(against: after)
    let nodes = ledger.consistencyProof(from: before.size, to: after.size) ?? []
    guard after.extends(before, proof: nodes) else {
      throw Failure(.verificationFailed, "the proof does not lead from one head to the other")
    }
    try invocation.console.writeLine(
      JSONValue.object([
        "earlier": headJSON(before), "head": headJSON(after), "proof": digests(nodes),
      ]).indentedText)
    return .success
  }

  private static let sign = Command(
    "sign", summary: "Sign the head with Ed25519.", examples: ["ledger sign --key my.key"],
    parameters: [key, folder]
  ) { invocation in
    let head = try open(invocation).head
    let pair = try signingKey(invocation.required(key))
    try invocation.console.writeLine(
      JSONValue.object([
        "head": headJSON(head), "public_key": .string(Hexadecimal.text(of: pair.publicKey)),
        "signature": .string(Hexadecimal.text(of: pair.signature(of: head))),
      ]).indentedText)
    return .success
  }

  private static let checkSignature = Command(
    "check-signature", summary: "Check who signed a head.",
    examples: ["ledger check-signature '{\"root\":\"…\",\"size\":3}' --public-key HEX --signature HEX"],
    parameters: [earlier, signer, signature]
  ) { invocation in
    let head = try readHead(invocation[earlier])
    guard let publicKey = Hexadecimal.bytes(of: invocation.required(signer)),
      let signed = Hexadecimal.bytes(of: invocation.required(signature))
    else {
      throw Failure(.usage, "keys and signatures are hexadecimal digits")
    }
    guard head.isSigned(by: publicKey, signature: signed) else {
      throw Failure(.verificationFailed, "the holder of that key did not sign this head")
    }
    try invocation.console.writeLine("signed by the holder of \(Hexadecimal.text(of: publicKey))")
    return .success
  }

  // MARK: - Actions

  private static func verify(_ invocation: Invocation) throws -> ExitCode {
    let ledger = try open(invocation)
    for text in invocation.all(against) { try ledger.verify(against: try readHead(text)) }
    let folder = RunAccess.reportsFolder(invocation)
    var known: Set<String> = []
    for index in 0..<ledger.count {
      if let hash = try ledger.entry(at: index)["result_hash"]?.text { known.insert(hash) }
    }
    var checked = 0
    var differences: [String] = []
    let catalogue = try RunCatalogue(folder: folder)
    try catalogue.update()
    for run in try catalogue.runs() {
      let fault = try check(run, in: folder, ledger, known)
      if let fault { differences.append("\(run.folder): \(fault)") }
      checked += 1
    }
    if invocation[CommonParameters.json] {
      let json: JSONValue = .object([
        "head": headJSON(ledger.head), "trials": .integer(ledger.trialCount), "runs_checked": .integer(checked),
        "torn_bytes": .integer(ledger.tornTail?.byteCount ?? 0),
        "differences": .array(differences.map { .string($0) }),
      ])
      try invocation.console.writeLine(json.indentedText)
    } else {
      try invocation.console.writeLine(
        "\(ledger.count) records, \(ledger.trialCount) trials, \(checked) run folders, head \(ledger.head.text)")
      for difference in differences { try invocation.console.writeLine(difference) }
    }
    if let tail = ledger.tornTail {
      invocation.console.remark(
        "\(tail.byteCount) bytes of a record that was never finished at byte \(tail.offset); the next run cuts them off"
      )
    }
    guard differences.isEmpty else {
      throw Failure(.verificationFailed, "\(differences.count) of \(checked) runs are not as the ledger has them")
    }
    if invocation[strict], let tail = ledger.tornTail {
      throw Failure(
        .verificationFailed, "the ledger ends with \(tail.byteCount) bytes of a record that was never finished",
        advice: "A crash while a run was being entered leaves them; the next run cuts them off.")
    }
    return .success
  }

  /// What is wrong with a run folder; nil when it is as the ledger has it.
  private static func check(
    _ run: CatalogueRun, in folder: String, _ ledger: LedgerFile, _ known: Set<String>
  ) throws -> String? {
    if let fault = run.fault { return fault }
    let result: RunResult
    do throws(HDF5Error) {
      result = try RunResultFile.read("\(folder)/\(run.folder)/result.h5")
    } catch { return error.description }
    let hash = result.contentHash()
    guard hash == result.identity.resultHash else { return "result.h5 holds another result than its hash says" }
    guard run.text("result_hash") == hash else { return "summary.json has another hash than result.h5" }
    guard try RunSummary.isStored(result, in: "\(folder)/\(run.folder)") else {
      return "summary.json does not belong to result.h5"
    }
    // Runs made with --no-ledger say so by having no head.
    guard !result.identity.ledgerHead.isEmpty else { return nil }
    guard known.contains(hash) else { return "it is not in the ledger" }
    guard let head = try? TreeHead(text: result.identity.ledgerHead) else { return "its ledger head cannot be read" }
    do throws(LedgerError) { try ledger.verify(against: head) } catch { return error.reason }
    return nil
  }

  private static func prove(_ invocation: Invocation) throws -> ExitCode {
    let (reports, word) = RunAccess.named(invocation[run], invocation)
    let ledger = try open(reports)
    // A run that was removed is in the ledger still, under its hash.
    let isHash = word.utf8.count >= 4 && word.utf8.allSatisfy { Self.digits.contains($0) }
    let catalogue = try RunCatalogue(folder: reports)
    try catalogue.update()
    let matches = try catalogue.matches(word)
    let wanted =
      try matches.count == 1 || !isHash
      ? RunAccess.find(word, in: catalogue).text("result_hash") ?? word : word
    var place: Int?
    for index in 0..<ledger.count {
      if try ledger.entry(at: index)["result_hash"]?.text?.hasPrefix(wanted) == true { place = index }
    }
    guard let place, let leaf = ledger.leafHash(at: place), let nodes = ledger.inclusionProof(of: place) else {
      throw Failure(.verificationFailed, "no record of the ledger has a result hash that begins with \(wanted)")
    }
    let entry = try ledger.entry(at: place)
    guard ledger.head.includes(leafHash: leaf, at: place, proof: nodes) else {
      throw Failure(.verificationFailed, "the proof does not lead to the head")
    }
    try invocation.console.writeLine(
      JSONValue.object([
        "record": .string((try? entry.canonicalText()) ?? ""), "index": .integer(place),
        "leaf_hash": .string(leaf.description), "head": headJSON(ledger.head), "proof": digests(nodes),
      ]).indentedText)
    return .success
  }

  // MARK: - Values

  private static let digits = Array("0123456789abcdef".utf8)

  private static func open(_ invocation: Invocation) throws -> LedgerFile {
    try open(RunAccess.reportsFolder(invocation))
  }

  private static func open(_ reports: String) throws -> LedgerFile {
    let path = "\(reports)/\(RunLedger.fileName)"
    guard access(path, F_OK) == 0 else {
      throw Failure(.badData, "\(path): there is no ledger", advice: "'lockstep run' begins one with the first run.")
    }
    return try LedgerFile(path: path, for: .reading)
  }

  private static func readHead(_ text: String) throws -> TreeHead {
    do throws(JSONFault) { return try TreeHead(text: text) } catch {
      throw Failure(.usage, "'\(text)' is no head: \(error)", advice: "'lockstep ledger head' prints one.")
    }
  }

  private static func headJSON(_ head: TreeHead) -> JSONValue {
    .object(["root": .string(head.root.description), "size": .integer(head.size)])
  }

  private static func digests(_ nodes: [Digest]) -> JSONValue { .array(nodes.map { .string($0.description) }) }

  private static func signingKey(_ path: String) throws -> HeadSigningKey {
    if access(path, F_OK) == 0 {
      let text: [UInt8]
      do {
        text = try RegularFile.contents(of: path, limit: 1_024)
      } catch { throw Failure(.badData, "\(path): \(error.reason)") }
      let digits = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined()
      guard let seed = Hexadecimal.bytes(of: digits), let pair = HeadSigningKey(seed: seed) else {
        throw Failure(.badData, "\(path): is no key of 64 hexadecimal digits")
      }
      return pair
    }
    guard let pair = HeadSigningKey() else { throw Failure(.failure, "the system gives no randomness for a key") }
    let text = Array((Hexadecimal.text(of: pair.seed) + "\n").utf8)
    // Only its owner may read a secret.
    let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
    guard descriptor >= 0, write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0 else {
      throw Failure(.failure, "\(path): the new key cannot be written: \(String(cString: strerror(errno)))")
    }
    close(descriptor)
    return pair
  }
}
