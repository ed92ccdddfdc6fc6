import Foundation
import Ledger
import Reporting
import Testing

@testable import Catalogue

@Suite struct RunLedgerTests {
  @Test func enteringNotesTheTrialsBeforeAndTheHead() throws {
    let folder = try RunsFolder()
    defer { folder.remove() }
    let path = folder.path + "/ledger"
    var first = RunsFolder.run("maker", lanes: 3)
    let hash = first.identity.resultHash
    #expect(try RunLedger.enter(&first, in: path) == 0)
    #expect(first.identity.priorTrials == 0 && first.contentHash() == hash)
    var other = RunsFolder.run("other")
    try RunLedger.enter(&other, in: path)
    #expect(other.identity.priorTrials == 0)
    var second = RunsFolder.run("maker", profit: 2, lanes: 2)
    try RunLedger.enter(&second, in: path)
    #expect(second.identity.priorTrials == 3)
    // The very same run again is no new trial, but it is entered.
    var again = RunsFolder.run("maker", lanes: 3)
    #expect(try RunLedger.enter(&again, in: path) == 3)
    #expect(again.identity.priorTrials == 2)
    let ledger = try LedgerFile(path: path, for: .reading)
    #expect(try RunLedger.trials(of: "maker", in: ledger) == 5)
    #expect(try RunLedger.places(of: hash, in: ledger) == [0, 3])
    for run in [first, other, second, again] {
      try ledger.verify(against: try TreeHead(text: run.identity.ledgerHead))
    }
    #expect(try TreeHead(text: again.identity.ledgerHead) == ledger.head)
    #expect(try ledger.entry(at: 0)["result_hash"]?.text == hash)
  }

  @Test func everyFailureLeavesALedgerThatVerifies() throws {
    for failing in 0..<12 {
      let storage = FailingStorage(failingStep: failing)
      var earlier: TreeHead?
      var entered = 0
      for number in 0..<2 {
        var run = RunsFolder.run("maker", profit: Double(number))
        do {
          try RunLedger.enter(&run, in: try LedgerFile(storage: storage, for: .appending))
          earlier = try TreeHead(text: run.identity.ledgerHead)
          entered += 1
        } catch is LedgerError {
          #expect(run.identity.ledgerHead.isEmpty && run.identity.priorTrials == 0)
        }
      }
      storage.failingStep = -1
      let ledger = try LedgerFile(storage: storage, for: .appending)
      #expect(ledger.count >= entered)
      if let earlier { try ledger.verify(against: earlier) }
      var last = RunsFolder.run("maker", profit: 100)
      try RunLedger.enter(&last, in: ledger)
      #expect(last.identity.priorTrials >= entered)
    }
  }

  @Test func runsThatEndTogetherTakeTurns() async throws {
    let folder = try RunsFolder()
    defer { folder.remove() }
    let path = folder.path + "/ledger"
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          var run = RunsFolder.run("maker", profit: Double(number))
          try RunLedger.enter(&run, in: path)
        }
      }
      try await group.waitForAll()
    }
    let ledger = try LedgerFile(path: path, for: .reading)
    #expect(ledger.count == 8 && ledger.tornTail == nil)
    #expect(try RunLedger.trials(of: "maker", in: ledger) == 8)
  }
}

/// A file in memory one of whose writes, cuts or syncs fails; a failed write leaves half of its bytes.
final class FailingStorage: LedgerStorage {
  let name = "memory"
  var failingStep: Int
  private var content: [UInt8] = []
  private var step = 0

  init(failingStep: Int) { self.failingStep = failingStep }

  private func fails() -> Bool {
    defer { step += 1 }
    return step == failingStep
  }

  private var failure: LedgerError { LedgerError(.system, file: name, reason: "injected") }

  func size() -> Int { content.count }

  func read(at offset: Int, count: Int) -> [UInt8] { Array(content.dropFirst(offset).prefix(count)) }

  func write(_ bytes: [UInt8], at offset: Int) throws(LedgerError) {
    let isFailing = fails()
    let written = isFailing ? Array(bytes.prefix(bytes.count / 2)) : bytes
    content.replaceSubrange(offset..<min(content.count, offset + written.count), with: written)
    if isFailing { throw failure }
  }

  func truncate(to size: Int) throws(LedgerError) {
    if fails() { throw failure }
    content.removeSubrange(min(size, content.count)...)
  }

  func sync() throws(LedgerError) { if fails() { throw failure } }
}
