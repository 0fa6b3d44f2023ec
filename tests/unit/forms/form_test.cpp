#include <doorstep/form.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "forms/definition.hpp"
#include "forms/limits.hpp"
#include "unit/draw.hpp"
#include "unit/forms/form_samples.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

/// The same JSON with the keys of every object in another order, and white space.
std::string shuffled(const nlohmann::json& json, Draw& draw) {
  if (json.is_array()) {
    std::string out = "[ ";
    for (std::size_t i = 0; i < json.size(); ++i) out += (i == 0 ? "" : ",\n") + shuffled(json[i], draw);
    return out + "]";
  }
  if (!json.is_object()) return json.dump(-1, ' ', draw.chance(50));
  std::vector<std::string> keys;
  for (const auto& member : json.items())
    keys.insert(keys.begin() + static_cast<std::ptrdiff_t>(draw.below(keys.size() + 1)), member.key());
  std::string out = "{";
  for (std::size_t i = 0; i < keys.size(); ++i)
    out += (i == 0 ? "" : " , ") + nlohmann::json(keys[i]).dump() + " : " + shuffled(json[keys[i]], draw);
  return out + " }";
}

const std::string kText = R"({"type":"text","name":"a","label":{"zh":"甲"}})";

}  // namespace

TEST_CASE("forms: digest: is stable over key order, white space and escapes", "[forms]") {
  for (const std::string& name : sample_names()) {
    const Form form = sample(name);
    const auto json = nlohmann::json::parse(form.json());
    const bool held = rc::check("digest of " + name, [&] {
      PropertyDraw draw;
      const auto other = Form::parse(shuffled(json, draw));
      RC_ASSERT(other.has_value());
      RC_ASSERT(other->digest() == form.digest());
    });
    CHECK(held);
  }
}

TEST_CASE("forms: digest: changes with anything that people read or that decides", "[forms]") {
  const Form form = sample("household");
  std::set<std::string> digests = {form.digest()};
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string json = form.json();
    const std::size_t at = json.find(from);
    REQUIRE(at != std::string::npos);
    const auto other = Form::parse(json.replace(at, from.size(), to));
    REQUIRE(other.has_value());
    CHECK(digests.insert(other->digest()).second);
  };
  changed("门牌", "门号");
  changed("Write the door like", "Write the door as");
  changed(". <= 20", ". <= 21");
  changed("2026112201", "2026112202");
  changed(R"("value":"lift")", R"("value":"lifts")");
  changed(R"j("required":"true()",)j", "");
}

TEST_CASE("forms: digest: the frozen one of a small form", "[forms]") {
  const Form form = form_of(kText);
  CHECK(form.json() == form_json(kText));
  CHECK(form.digest() == forms::digest_of(form_json(kText)));
  CHECK(form.digest() == "sha256:2176f03eb36e1fa8601b95032c4779d52ce1a73bb1b1f5cc21bbc6452b2aed96");
}

TEST_CASE("forms: JSON that is no form: is refused with what is wrong", "[forms]") {
  const auto error = [](const std::string& json) {
    const auto form = Form::parse(json);
    REQUIRE_FALSE(form.has_value());
    CHECK(form.error().domain == ErrorDomain::format);
    CHECK(form.error().retry == Retry::never);
    CHECK_FALSE(form.error().zh.empty());
    return form.error().en;
  };
  CHECK(error("") == "This is no valid form: no valid JSON at byte 0.");
  CHECK(error("[]") == "This is no valid form: form: expected an object.");
  CHECK(error("{}") == "This is no valid form: form: \"name\" is missing.");
  CHECK(error(R"({"format":2,"name":"a","title":{"zh":"甲"},"items":[]})") ==
        "This is no valid form: \"format\": expected a whole number up to 1.");
  CHECK(error(R"({"name":"a","title":{"zh":"甲"},"items":[]})").find("\"format\" is not 1") !=
        std::string::npos);
  CHECK(error(R"({"format":1,"name":"a","title":{"zh":"甲"},"items":[],"x":1})") ==
        "This is no valid form: unknown key \"x\".");
  CHECK(error(R"({"format":1,"name":"a","name":"b","title":{"zh":"甲"},"items":[]})") ==
        "This is no valid form: key \"name\" comes twice.");
  CHECK(refusal_of(R"({"name":"a","type":"image","label":{"zh":"甲"}})") ==
        "This is no valid form: item \"a\": unknown type \"image\".");
  CHECK(refusal_of(R"({"name":"a","type":"text","label":{"zh":""}})") ==
        "This is no valid form: item \"a\": \"zh\" is empty.");
  CHECK(refusal_of(R"({"name":"a","type":"text","label":{"zh":"甲"},"relevant":1})") ==
        "This is no valid form: item \"a\": expected text.");
  CHECK(refusal_of(R"({"name":"a","type":"text","label":{"zh":"甲\u0000"}})") ==
        "This is no valid form: item \"a\": text with a zero byte.");
  CHECK(refusal_of(R"({"name":"r","type":"repeat","max":201,"items":[]})") ==
        "This is no valid form: item \"r\": \"max\": expected a whole number up to 200.");
}

TEST_CASE("forms: properties where they mean nothing: are refused", "[forms]") {
  const auto with = [](const std::string& type, const std::string& property) {
    return refusal_of(R"({"type":")" + type + R"(","name":"a","label":{"zh":"甲"},)" + property + "}");
  };
  CHECK(with("note", R"j("required":"true()")j") == "\"a\", required: A note takes no required.");
  CHECK(with("note", R"("constraint":". = 1")") == "\"a\", constraint: A note takes no constraint.");
  CHECK(with("text", R"("list":"abc")") == "\"a\", list: A text takes no list.");
  CHECK(with("text", R"("choice_filter":"1 = 1")") == "\"a\", choice_filter: A text takes no choice_filter.");
  CHECK(with("text", R"("repeat_count":"2")") == "\"a\", repeat_count: A text takes no repeat_count.");
  CHECK(with("text", R"("max":2)") == "\"a\", max: A text takes no max.");
  CHECK(with("text", R"("calculation":"1","default":"2")") == "\"a\", default: A text takes no default.");
  CHECK(with("group", R"("read_only":true,"items":[{"type":"note","name":"b","label":{"zh":"乙"}}])")
            .find("takes no read_only") != std::string::npos);
  CHECK(with("select_one", R"("list":"none")") == "\"a\", list: There is no choice list \"none\".");
  CHECK(with("calculate", R"("hint":{"zh":"x"})") ==
        "\"a\", calculation: \"a\" is a calculate without a calculation.");
  CHECK(with("group", R"("items":[])") == "\"a\", items: The group \"a\" is empty.");
  CHECK(refusal_of(kText + "," + kText) == "\"a\", name: The name \"a\" is used twice.");
  CHECK(refusal_of(R"({"type":"text","name":"a","label":{"zh":"${b}好"}})") ==
        "\"a\", label: ${b} is no question of this form.");
  CHECK(refusal_of(R"({"type":"text","name":"a","label":{"zh":"${好"}})") ==
        "\"a\", label: A ${...} in the text is not well written.");
}

TEST_CASE("forms: circles: are found wherever they go", "[forms]") {
  CHECK(refusal_of(R"({"type":"text","name":"a","label":{"zh":"甲"},"relevant":"${b} = 1"},)"
                   R"({"type":"text","name":"b","label":{"zh":"乙"},"relevant":"${a} = 1"})") ==
        "\"a\", relevant: \"a\" depends on itself, in a circle.");
  CHECK(refusal_of(R"({"type":"group","name":"g","relevant":"${a} = 1","items":[)" + kText + "]}")
            .find("in a circle") != std::string::npos);
  CHECK(refusal_of(R"j({"type":"repeat","name":"r","repeat_count":"count(${a})","items":[)j" + kText + "]}")
            .find("in a circle") != std::string::npos);
  CHECK(
      refusal_of(
          R"({"type":"select_one","name":"a","label":{"zh":"甲"},"list":"abc","choice_filter":"name = ${a}"})")
          .find("in a circle") != std::string::npos);
  // A constraint looks back at no value but its own, and decides none.
  form_of(R"({"type":"integer","name":"a","label":{"zh":"甲"},"constraint":". < ${b}"},)"
          R"({"type":"integer","name":"b","label":{"zh":"乙"},"constraint":". > ${a}"})");
}

TEST_CASE("forms: hostile JSON: is refused at its bounds", "[forms]") {
  CHECK_FALSE(Form::parse(std::string(60'000, '[')).has_value());
  std::string nested = kText;
  for (int i = 0; i < 1'000; ++i)
    nested = R"({"type":"group","name":"g)" + std::to_string(i) + R"(","items":[)" + nested + "]}";
  CHECK(refusal_of(nested).find("nested too deep") != std::string::npos);
  std::string many;
  for (int i = 0; i < 1'100; ++i)
    many += R"({"type":"note","name":"n)" + std::to_string(i) + R"(","label":{"zh":"x"}},)";
  many.pop_back();
  const auto too_many = Form::parse(form_json(many));
  REQUIRE_FALSE(too_many.has_value());
  const auto large = Form::parse(form_json(R"({"type":"note","name":"n","label":{"zh":")" +
                                           std::string(forms::limits::kFormBytes, 'x') + "\"}}"));
  REQUIRE_FALSE(large.has_value());
  CHECK(large.error().code == ErrorCode::too_large);
}

TEST_CASE("forms: random damage: parses to a form that can be begun, or is refused", "[forms]") {
  SeededRandom random(5);
  std::size_t survived = 0;
  for (const std::string& name : sample_names()) {
    const std::string json = sample(name).json();
    for (int round = 0; round < 200; ++round) {
      std::string damaged = json;
      for (std::uint64_t i = 0, count = 1 + random.below(4); i < count; ++i) {
        const std::size_t at = random.below(damaged.size());
        switch (random.below(3)) {
          case 0:
            damaged[at] = static_cast<char>(random.below(256));
            break;
          case 1:
            damaged.erase(at, random.below(20));
            break;
          default:
            damaged.insert(at, damaged.substr(random.below(damaged.size()), random.below(20)));
        }
        if (damaged.empty()) damaged = "{";
      }
      const auto form = Form::parse(damaged);
      if (!form) continue;
      ++survived;
      CHECK(FormSession::begin(*form, monday()).has_value());
    }
  }
  CHECK(survived > 20);
}
