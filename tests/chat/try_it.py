import pytest, os, importlib.util, sys
from chat import planner
from tests.chat.conftest import TODAY
from tests.chat.test_questions import patchy
pytestmark = pytest.mark.django_db
def judge(owner, questions):
    right=wrong=unk=0
    for q, says, titles in questions:
        try:
            reply,_=planner.plan_answer(owner,q,None,today=TODAY)
        except Exception as e:
            import traceback; print("CRASH",q); traceback.print_exc(limit=-3,file=sys.stdout); wrong+=1; continue
        found=set(owner.books.filter(pk__in=reply.books).values_list("title",flat=True))
        ok=all(w in reply.text for w in says) and (titles is None or found==titles)
        if ok: right+=1
        elif not reply.understood: unk+=1; print("NOT  ",q,"->",reply.text[:150])
        else: wrong+=1; print("WRONG",q,"->",reply.memory.get("intent"),"|",reply.text[:200],"|",sorted(found)[:6], "| want",says,sorted(titles or [])[:6])
    print("right",right,"not",unk,"wrong",wrong,"of",len(questions))
def test_old(owner,books):
    from tests.chat.test_planner import QUESTIONS as A
    from tests.chat.test_strangers import QUESTIONS as B
    judge(owner,A+B)

def test_follow(owner,patchy):
    memory=None
    for q in os.environ.get("Q","").split("|"):
        rep,_=planner.plan_answer(owner,q,memory,today=TODAY); memory=rep.memory; print(q,"->",rep.text,memory)
def test_held(owner,patchy):
    from tests.chat.held_back import HELD_BACK
    print(); judge(owner,HELD_BACK)
def test_near(owner,patchy):
    from chat.nearest import nearest_intent, examples
    from chat.reading import read_question
    from chat.names import LibraryNames
    for q in os.environ.get("Q","").split("|"):
        r=read_question(q,LibraryNames.of(owner),TODAY)
        print(q,nearest_intent(r),r.masked(examples().known),[(r.raw[m.start:m.end],m.meanings) for m in r.marks],r.query.as_json())
        rep,_=planner.plan_answer(owner,q,None,today=TODAY); print("   ",rep.text)
def test_own(owner,patchy):
    from tests.chat.test_questions import QUESTIONS
    for l,q in {'all':QUESTIONS}.items(): print("\n",l); judge(owner,q)

def test_scores(owner,patchy):
    from chat.nearest import nearest_intent, examples
    from chat.reading import read_question
    from chat.names import LibraryNames
    from tests.chat.test_questions import QUESTIONS
    from tests.chat.test_planner import QUESTIONS as A
    from tests.chat.test_strangers import QUESTIONS as B
    n=LibraryNames.of(owner); out=[]
    for q in [x for x in QUESTIONS]+list(A)+list(B):
        i,sc=nearest_intent(read_question(q[0],n,TODAY)); out.append((round(sc,2),i,q[0]))
    for o in sorted(out)[:30]: print(o)
def test_eye(owner,patchy):
    print()
    for q in open("/tmp/c19held/eye.txt").read().splitlines():
        if not q.strip(): continue
        rep,_=planner.plan_answer(owner,q,None,today=TODAY); print(("  " if rep.understood else "? ")+q,"->",rep.memory.get("intent"),"|",rep.text[:170].replace("I can count and list","…"))
