#include "simulation/questionnaires.hpp"

namespace doorstep::simulation {

const std::vector<std::string>& questionnaires() {
  static const std::vector<std::string> all = {
      R"form({"format":1,"name":"home_visit","version":1,"title":{"zh":"入户走访","en":"Home visit"},
"lists":[{"name":"yes_no","choices":[{"value":"yes","label":{"zh":"是"}},{"value":"no","label":{"zh":"否"}}]},
 {"name":"needs","choices":[{"value":"meals","label":{"zh":"助餐"}},{"value":"repair","label":{"zh":"维修"}},
  {"value":"escort","label":{"zh":"陪诊"}}]}],
"items":[{"type":"select_one","name":"consent","label":{"zh":"您愿意回答吗?"},"list":"yes_no","required":"true()"},
 {"type":"group","name":"asked","relevant":"${consent} = 'yes'","items":[
  {"type":"repeat","name":"resident","label":{"zh":"家里的人"},"max":3,"items":[
   {"type":"integer","name":"age","label":{"zh":"年龄"},"constraint":". >= 0 and . <= 120","required":"true()"}]},
  {"type":"select_multiple","name":"needs","label":{"zh":"需要什么"},"list":"needs"},
  {"type":"integer","name":"rooms","label":{"zh":"几间房"}},
  {"type":"text","name":"words","label":{"zh":"想说的话"}}]},
 {"type":"calculate","name":"people","calculation":"count(${resident})"}]})form",
      R"form({"format":1,"name":"home_visit","version":2,"title":{"zh":"入户走访","en":"Home visit"},
"lists":[{"name":"yes_no","choices":[{"value":"yes","label":{"zh":"是"}},{"value":"no","label":{"zh":"否"}}]},
 {"name":"needs","choices":[{"value":"meals","label":{"zh":"助餐"}},{"value":"escort","label":{"zh":"陪诊"}}]}],
"items":[{"type":"select_one","name":"consent","label":{"zh":"您愿意回答吗?"},"list":"yes_no","required":"true()"},
 {"type":"group","name":"asked","relevant":"${consent} = 'yes'","items":[
  {"type":"repeat","name":"resident","label":{"zh":"家里的人"},"max":3,"items":[
   {"type":"integer","name":"age","label":{"zh":"年龄"},"constraint":". >= 0 and . <= 120","required":"true()"},
   {"type":"select_one","name":"alone","label":{"zh":"白天独自在家?"},"list":"yes_no"}]},
  {"type":"select_multiple","name":"needs","label":{"zh":"需要什么"},"list":"needs"},
  {"type":"decimal","name":"rooms","label":{"zh":"几间房"}},
  {"type":"date","name":"since","label":{"zh":"哪天搬来的"}}]},
 {"type":"calculate","name":"people","calculation":"count(${resident})"}]})form",
      R"form({"format":1,"name":"home_visit","version":3,"title":{"zh":"入户走访","en":"Home visit"},
"lists":[{"name":"yes_no","choices":[{"value":"yes","label":{"zh":"是"}},{"value":"no","label":{"zh":"否"}}]}],
"items":[{"type":"select_one","name":"consent","label":{"zh":"您愿意回答吗?"},"list":"yes_no","required":"true()"},
 {"type":"integer","name":"age","label":{"zh":"您的年龄"},"constraint":". <= 120","relevant":"${consent} = 'yes'","required":"true()"},
 {"type":"text","name":"rooms","label":{"zh":"几间房"},"relevant":"${consent} = 'yes'"},
 {"type":"text","name":"words","label":{"zh":"想说的话"},"relevant":"${age} > 60"},
 {"type":"calculate","name":"old","calculation":"if(${age} > 60, 'yes', 'no')"}]})form"};
  return all;
}

}  // namespace doorstep::simulation
