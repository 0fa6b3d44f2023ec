#include "bench/community.hpp"

#include <nlohmann/json.hpp>

#include "schema/validation.hpp"

namespace doorstep::bench {
namespace {

using Words = std::vector<std::string>;

/// The characters of a UTF-8 text.
Words characters(const std::string& text) {
  Words out;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    out.push_back(text.substr(at, size));
    at += size;
  }
  return out;
}

const Words kSurnames =
    characters("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡");
const Words kGivenNames = characters(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文红梅春雨晨宇欣怡子涵浩然思琪梓轩");
const Words kTags = {"独居老人", "慢性病", "孕产妇", "残疾",   "低保",
                     "租户",     "空置",   "宠物",   "新入住", "志愿者"};
const Words kFlags = {"高血压", "糖尿病", "需送药", "行动不便", "学龄儿童", "党员", "外出务工", "失联"};
const Words kPhrases = {
    "家中有老人独居需要每周送药", "门铃无人应答已留下联系卡片", "电话已停机请核对新的号码",
    "全家外出探亲预计下周返回",   "孩子发烧已联系社区卫生站",   "需要协助购买米面油和蔬菜",
    "下水道堵塞已报物业维修",     "水表读数已核对没有异常",     "对停车收费的安排有意见",
    "愿意参加周末的志愿服务活动", "楼道灯不亮请尽快更换",       "血压偏高建议明日复测",
    "新租户已登记身份证和电话",   "老人行动不便请安排上门",     "家里装修噪音邻居有投诉",
    "已发放消毒用品和宣传单",     "反映电梯经常故障要求检修",   "本月低保金已经到账无其他诉求"};
const Words kOutcomes = {"正常", "无人", "需跟进", "已转办", "拒访"};
const Words kKinds = {"入户", "电话", "送药", "走访", "核查"};
// In order of frequency: a draw with a Zipf-like slope makes text that compresses about as real notes do.
const Words kCharacters = characters(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说"
    "产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使"
    "点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明"
    "看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料"
    "象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指"
    "几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶"
    "油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议"
    "声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影"
    "算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何"
    "除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属"
    "圆包火住调满县局照参红细引听该铁价严");

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kDay0 = 1'767'571'200'000;  // 2026-01-05
constexpr int kDays = 14;
constexpr int kLeaders = 60;

/// Mulberry32, with JavaScript's 32-bit arithmetic.
class Dice {
 public:
  explicit Dice(std::int32_t seed) : state_(static_cast<std::uint32_t>(seed)) {}

  double roll() {
    state_ += 0x6D2B79F5U;
    std::uint32_t t = (state_ ^ state_ >> 15) * (1U | state_);
    t = (t + (t ^ t >> 7) * (61U | t)) ^ t;
    return static_cast<double>(t ^ t >> 14) / 4294967296.0;
  }
  /// `roll() * bound | 0`: past 32 bits it wraps, as in JavaScript.
  std::int64_t below(double bound) { return truncated(roll() * bound); }
  const std::string& one_of(const Words& words) {
    return words[static_cast<std::size_t>(below(static_cast<double>(words.size())))];
  }

  static std::int64_t truncated(double x) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::int64_t>(x)));
  }

 private:
  std::uint32_t state_;
};

std::string make_note(Dice& dice, std::size_t length) {
  std::string text;
  std::vector<std::size_t> ends;  // Of each character.
  const auto append = [&](const std::string& piece) {
    for (const std::string& c : characters(piece)) {
      text += c;
      ends.push_back(text.size());
    }
  };
  while (ends.size() < length) {
    append(dice.one_of(kPhrases));
    append(dice.roll() < .5 ? "，" : "。");
    for (std::int64_t left = Dice::truncated(8 + dice.roll() * 8); left > 0; --left) {
      const double first = dice.roll();
      const double slope = first * dice.roll();
      append(kCharacters[static_cast<std::size_t>(slope * static_cast<double>(kCharacters.size()))]);
    }
    append("。");
  }
  if (ends.size() > length + 4) text.resize(ends[length + 3]);
  return text;
}

std::string some_of(Dice& dice, const Words& words, double chance) {
  std::string out;
  for (const std::string& word : words)
    if (dice.roll() < chance) out += (out.empty() ? "" : ",") + ('"' + word + '"');
  return '[' + out + ']';
}

std::string padded(const std::string& prefix, std::int64_t n, std::size_t width) {
  const std::string digits = std::to_string(n);
  return prefix + std::string(width - std::min(width, digits.size()), '0') + digits;
}

}  // namespace

std::vector<Household> make_households(std::int32_t seed) {
  Dice dice(seed);
  std::vector<Household> out;
  for (int i = 0; i < kHouseholds; ++i) {
    Household row;
    const int building = i / 72;
    row.id = padded("h", i, 4);
    row.grid = "g" + std::to_string(building % kGrids + 1);
    row.building = std::to_string(building + 1) + "号楼";
    row.unit = 1 + i / 24 % 3;
    row.door = std::to_string(100 * (1 + i % 24 / 2) + 1 + i % 2);
    row.address = "幸福街道和平社区" + row.building + std::to_string(row.unit) + "单元" + row.door + "室";
    row.phone = "13" + std::to_string(1'000'000'000 + dice.below(9e9)).substr(1, 9);
    row.tags = some_of(dice, kTags, .12);
    if (dice.roll() < .3) row.note = make_note(dice, 20);
    row.updated = format_time(kDay0 - dice.below(9e9));
    out.push_back(std::move(row));
  }
  return out;
}

std::vector<Resident> make_residents(std::int32_t seed) {
  Dice dice(seed);
  std::vector<Resident> out;
  for (int i = 0; i < kResidents; ++i) {
    Resident row;
    row.id = padded("r", i, 5);
    row.household = padded("h", i < kHouseholds ? i : dice.below(kHouseholds), 4);
    row.name = dice.one_of(kSurnames);
    row.name += dice.one_of(kGivenNames);
    if (dice.roll() < .6) row.name += dice.one_of(kGivenNames);
    row.birth_year = 1930 + static_cast<int>(dice.below(95));
    row.flags = some_of(dice, kFlags, .1);
    row.moved_in = format_time(kDay0 - dice.below(6e11)).substr(0, 10);
    out.push_back(std::move(row));
  }
  return out;
}

std::vector<Visit> make_visits(int count, std::int32_t seed, const std::string& prefix) {
  Dice dice(seed);
  std::vector<Visit> out;
  for (int i = 0; i < count; ++i) {
    Visit row;
    row.id = padded(prefix, i, 6);
    row.household = padded("h", dice.below(kHouseholds), 4);
    row.leader = "l" + std::to_string(dice.below(kLeaders));
    const std::int64_t day = std::int64_t{i} * kDays / count;
    row.at = format_time(kDay0 + day * kDayMs + Dice::truncated(8 * 36e5 + dice.roll() * 12 * 36e5));
    row.kind = dice.one_of(kKinds);
    row.outcome = dice.one_of(kOutcomes);
    row.note = make_note(dice, 58);
    out.push_back(std::move(row));
  }
  return out;
}

std::string json_line(const Household& row) {
  return nlohmann::ordered_json{
      {"t", "household"},         {"id", row.id},          {"grid", row.grid},
      {"building", row.building}, {"unit", row.unit},      {"door", row.door},
      {"address", row.address},   {"phone", row.phone},    {"tags", nlohmann::json::parse(row.tags)},
      {"note", row.note},         {"updated", row.updated}}
      .dump();
}

std::string json_line(const Resident& row) {
  return nlohmann::ordered_json{{"t", "resident"},
                                {"id", row.id},
                                {"household", row.household},
                                {"name", row.name},
                                {"birth_year", row.birth_year},
                                {"flags", nlohmann::json::parse(row.flags)},
                                {"moved_in", row.moved_in}}
      .dump();
}

std::string json_line(const Visit& row) {
  return nlohmann::ordered_json{{"t", "visit"},           {"id", row.id},    {"household", row.household},
                                {"leader", row.leader},   {"at", row.at},    {"kind", row.kind},
                                {"outcome", row.outcome}, {"note", row.note}}
      .dump();
}

}  // namespace doorstep::bench
