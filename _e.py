import re
def sub(p, *pairs):
    s=open(p).read()
    for a,b in pairs:
        assert a in s, (p,a)
        s=s.replace(a,b)
    open(p,'w').write(s)
sub('articles/images/store.py',('from articles.fields import UNPRINTABLE\n','from articles import characters\n'),('UNPRINTABLE.sub("", upload.name or "")','characters.remove_bad(upload.name or "")'))
sub('articles/feedback/actions.py',('from articles.fields import UNPRINTABLE\n','from articles import characters\n'),
('or UNPRINTABLE.search(outcome)','or characters.find_refused(outcome)'))
sub('articles/feedback/forms.py',('from articles.fields import UNPRINTABLE\n','from articles import characters\n'),
('''            return value.replace("\\r\\n", "\\n").replace("\\r", "\\n")
''','''            return characters.mend(value.replace("\\r\\n", "\\n").replace("\\r", "\\n"))
'''),
('''        self.had_unprintable = bool(UNPRINTABLE.search(sent))
''','''        self.had_unprintable = characters.find_refused(characters.mend_controls(sent)) is not None
'''),('UNPRINTABLE.sub("", sent)','characters.remove_bad(sent)'))
sub('articles/search/views.py',('from articles.fields import UNPRINTABLE\n','from articles.characters import UNPRINTABLE\n'))
sub('config/operations/archive/values.py',('from articles.fields import UNPRINTABLE, LineField, RichTextField','from articles.characters import UNPRINTABLE\nfrom articles.fields import LineField, RichTextField'))
sub('articles/imports/html/cleaner.py',('from articles.fields import UNPRINTABLE, clean_html','from articles.characters import UNPRINTABLE\nfrom articles.fields import clean_html'))
for p,old in [('articles/feedback/admin.py','outcome = forms.CharField'),('reviews/desk/forms.py',None),('reviews/admin/forms.py',None),('reviews/expunging/forms.py',None),('reviews/admin/bulk_actions.py',None),('reviews/admin/reader_reports.py',None),('reviews/recalls/views.py','reason = forms.CharField'),('articles/imports/admin/forms.py',None),('reviews/imported_reviews/forms.py','return forms.CharField')]:
    s=open(p).read()
    if old: s=s.replace(old, old.replace('forms.CharField','PlainTextFormField'))
    else:
        s=s.replace('= forms.CharField(','= PlainTextFormField(').replace('digest = PlainTextFormField','digest = forms.CharField')
    s=s.replace('legal_basis = PlainTextFormField','legal_basis = LineFormField').replace('source = PlainTextFormField','source = LineFormField').replace('return PlainTextFormField','return LineFormField').replace('correction = PlainTextFormField','correction = LineFormField').replace(') -> forms.CharField',') -> LineFormField')
    s=s.replace("        validators=[refuse_unprintable],\n","").replace("from articles.fields import refuse_unprintable\n","")
    names=[n for n in ('LineFormField','PlainTextFormField') if n in s]
    m=re.search(r'^from articles|^from reviews',s,re.M)
    s=s[:m.start()]+f"from articles.form_fields import {', '.join(names)}\n"+s[m.start():]
    open(p,'w').write(s)
sub('reviews/models/reviewer.py',('biography = models.TextField','biography = PlainTextField'),('disclosures = models.TextField','disclosures = PlainTextField'),('from articles.fields import LineField, build','from articles.fields import LineField, PlainTextField, build'))
sub('articles/imports/plan.py',('''    source = " ".join(source.split())
    try:''','''    source = " ".join(characters.mend(source).split())
    try:'''),('from articles.fields','from articles import characters\nfrom articles.fields'))
