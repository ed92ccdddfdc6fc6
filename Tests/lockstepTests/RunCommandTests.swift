import Foundation
import Testing

@Suite("Commands on scenarios and runs")
struct RunCommandTests {
  /// A scenario of a few minutes of the sample, in a folder of its own.
  static func scenario(in folder: ScratchFolder, _ more: String = "") throws -> String {
    let sample = Binary.repository.appendingPathComponent("Datasets/sample/day.ticks").path
    let path = folder.path("short.toml")
    try """
    schema = 1
    name = "short"
    [data]
    files = ["\(sample)"]
    instruments = ["ALFA"]
    until = 2024-03-01T14:36:00Z
    [latency]
    new_order.nanoseconds = 500_000
    [strategy]
    name = "grid-maker"
    [monte_carlo]
    pessimistic = false
    [report]
    resamples = 100
    simulated_paths = 100

    """.appending(more).write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test("run, verify and explain in words and in JSON")
  func run() throws {
    let folder = try ScratchFolder()
    let path = try Self.scenario(in: folder)
    let outcome = try Binary.run("run", path, "-o", folder.path("run"), "--json", "--no-ledger")
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(outcome.output.contains("\"result_hash\":\""))
    #expect(outcome.output == (try String(contentsOfFile: folder.path("run/summary.json"), encoding: .utf8)))
    let again = try Binary.run("run", path, "-o", folder.path("run"))
    #expect(again.code == 1 && again.messages.contains("exists already"))
    let story = try Binary.run("explain", folder.path("run"), "0")
    #expect(story.code == 0 && story.output.contains("It filled ("), "\(story.messages)")
    let data = try Binary.run("explain", folder.path("run"), "0", "--json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(data.output.utf8)) as? [String: Any])
    #expect(object["fill"] as? Int == 0 && (object["order_row"] as? Int ?? -1) >= 0 && object["cause"] is String)
    #expect((object["story"] as? [String])?.joined(separator: "\n") == String(story.output.dropLast()))
    #expect((object["markouts"] as? [[String: Any]])?.count == 3)
    #expect(try Binary.run("explain", folder.path("run"), "9999999").code == 4)
    let verified = try Binary.run("verify", folder.path("run"))
    #expect(verified.code == 0 && verified.output.contains("the same result again"), "\(verified.messages)")
    let summary = folder.path("run/summary.json")
    try "{}".write(toFile: summary, atomically: true, encoding: .utf8)
    #expect(try Binary.run("verify", folder.path("run")).code == 6)
    #expect(folder.names == ["run", "short.toml"])
  }

  @Test("A risk control that stops the lane ends with 5 and a complete result")
  func riskStop() throws {
    let folder = try ScratchFolder()
    let path = try Self.scenario(in: folder, "[risk]\ndrawdown = 1.0\n[fees]\nmaker_rate = 1_000_000\n")
    let outcome = try Binary.run("run", path, "-o", folder.path("run"))
    #expect(outcome.code == 5, "\(outcome.messages)")
    #expect(FileManager.default.fileExists(atPath: folder.path("run/result.h5")))
  }

  @Test("Wrong scenarios end with 3, missing data with 4, and nothing is left behind")
  func refusals() throws {
    let folder = try ScratchFolder()
    let path = try Self.scenario(in: folder)
    let unknown = try Binary.run("run", path, "--set", "risk.positon=1", "-o", folder.path("run"))
    #expect(unknown.code == 3 && unknown.messages.contains("did you mean 'position'?"))
    let gone = try Binary.run("run", path, "--set", "data.files=[\"gone.ticks\"]", "-o", folder.path("run"))
    #expect(gone.code == 4 && gone.messages.contains("gone.ticks"))
    #expect(try Binary.run("run", folder.path("none.toml")).code == 4)
    for (typed, meant) in [("shrt.toml", "short.toml"), ("short", "short.toml")] {
      let near = try Binary.run("run", typed, in: folder.url)
      #expect(near.code == 4 && near.messages.contains("Did you mean '\(meant)'?"), "\(near.messages)")
    }
    let shipped = try Binary.run("estimate", "quikstart", in: Binary.repository)
    #expect(shipped.messages.contains("Did you mean 'Scenarios/quickstart.toml'?"), "\(shipped.messages)")
    #expect(try Binary.run("resume", folder.path("run")).code == 4)
    let environment = try Binary.run(
      "config", "show", path, environment: ["LOCKSTEP_SET_RUN__SEED": "77"])
    #expect(environment.output.contains("seed = 77"))
    #expect(folder.names == ["short.toml"])
  }

  @Test("config lists and explains every key, and estimate answers")
  func config() throws {
    #expect(try Binary.run("config", "schema").lines.count > 100)
    let explained = try Binary.run("config", "explain", "strategy.parameters.half_spread")
    #expect(explained.code == 0 && explained.output.contains("ticks between the leaning middle"))
    #expect(try Binary.run("config", "explain", "nothing.such").code == 3)
    for (typed, meant) in [
      ("latency.new_ordr", "latency.new_order"), ("laten", "latency"), ("strateg.name", "strategy.name"),
      ("half_spraed", "strategy.parameters.half_spread"), ("lane[0].nmae", "lane[].name"),
    ] {
      let outcome = try Binary.run("config", "explain", typed)
      #expect(outcome.output.contains(meant) || outcome.messages.contains("Did you mean '\(meant)'"), "\(outcome)")
    }
    #expect(try Binary.run("config", "explain", "lane[3].name").output.contains("lane[].name"))
    #expect(try Binary.run("config", "strategies").output.contains("avellaneda-stoikov"))
    let folder = try ScratchFolder()
    let estimate = try Binary.run("estimate", try Self.scenario(in: folder), "--json")
    #expect(estimate.code == 0 && estimate.output.contains("\"events_per_second\""), "\(estimate.messages)")
    // The lane that a run adds to learn how sure its figures are is not one of the scenario's.
    let words = try Binary.run(
      "estimate", try Self.scenario(in: folder), "--set", "monte_carlo.pessimistic=true")
    #expect(words.output.contains(" events, 1 lane and 1 to learn how sure they are, 1 instrument"), "\(words.output)")
    #expect(words.output.contains("for statistics and files"))
  }

  @Test("SIGTERM ends with 130 and leaves only what resume needs")
  func interruption() throws {
    let folder = try ScratchFolder()
    let path = try Self.scenario(in: folder)
    let process = Process()
    process.executableURL = Binary.url
    process.arguments = [
      "run", path, "-o", folder.path("run"), "-q", "--set", "data.until=2024-03-01T20:00:00Z",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning, !FileManager.default.fileExists(atPath: folder.path("run.partial/log.jsonl")) {
      usleep(20_000)
    }
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(folder.names == ["run.partial", "short.toml"])
    #expect(FileManager.default.fileExists(atPath: folder.path("run.partial/checkpoint.json")))
  }
}
